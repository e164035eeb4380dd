/**
 * Text from a run, made safe to stand inside HTML. Model output is hostile until escaped.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Escapes text for an HTML element or a quoted attribute. Control characters, which HTML forbids,
 * become U+FFFD; tabs and line ends stay.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "./escape.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(escapeHtml(`<b title='x'>&`), "&lt;b title=&#39;x&#39;&gt;&amp;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex -- control characters are what is replaced
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * JSON that can stand inside a script element: no `<`, so neither `</script>` nor `<!--` can end or
 * change the element, and no line separators of JavaScript. Parsing gives the same value.
 *
 * @example
 * ```ts
 * import { escapeJson } from "./escape.ts";
 * import { assertEquals } from "@std/assert";
 * const json = escapeJson({ text: "</script>" });
 * assertEquals(json, '{"text":"\\u003c/script\\u003e"}');
 * assertEquals(JSON.parse(json), { text: "</script>" });
 * ```
 */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
