import { assertEquals } from "@std/assert";
import { escapeHtml } from "./show_output.ts";

Deno.test("text from a run cannot become markup in an output", () => {
  assertEquals(escapeHtml(`<img src="x">&`), "&lt;img src=&quot;x&quot;&gt;&amp;");
});
