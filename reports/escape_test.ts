import { assert, assertEquals } from "@std/assert";
import { escapeHtml, escapeJson } from "./escape.ts";

Deno.test("escapeHtml leaves no character that could begin or end markup", () => {
  assertEquals(
    escapeHtml(`</script><img src="x" onerror='alert(1)'>&lt;`),
    "&lt;/script&gt;&lt;img src=&quot;x&quot; onerror=&#39;alert(1)&#39;&gt;&amp;lt;",
  );
});

Deno.test("escapeHtml replaces what HTML forbids and keeps lines and tabs", () => {
  assertEquals(escapeHtml("a\u0000b\u001bc\td\ne\ud83e"), "a\ufffdb\ufffdc\td\ne\ufffd");
  assertEquals(escapeHtml("\u00e9\ud83e\ude7a"), "\u00e9\ud83e\ude7a");
});

Deno.test("escapeJson keeps the value and cannot end a script element", () => {
  const value = { text: "</script><!--<script>\u2028\u2029&", list: [null, 0.1, -3], "<k>": true };
  const json = escapeJson(value);
  assert(!/[<>&\u2028\u2029]/.test(json));
  assertEquals(JSON.parse(json), value);
});
