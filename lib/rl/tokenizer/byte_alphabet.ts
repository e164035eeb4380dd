/**
 * The characters under which byte-level vocabularies write bytes.
 *
 * @module
 */

/**
 * One visible character for each byte 0..255, by GPT-2's rule: printable characters of Latin-1 stand
 * for themselves, the 68 others for U+0100 on, in order.
 *
 * @example
 * ```ts
 * import { byteCharacters } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * assertEquals(byteCharacters()[0x41], "A");
 * assertEquals(byteCharacters()[0x20], "\u0120");
 * ```
 */
export function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : next++);
  });
}

/**
 * A text's UTF-8 bytes in {@linkcode byteCharacters}, as vocabularies and merges write them.
 *
 * @example
 * ```ts
 * import { inByteCharacters } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * assertEquals(inByteCharacters(" a\n"), "\u0120a\u010a");
 * ```
 */
export function inByteCharacters(text: string): string {
  const characters = byteCharacters();
  return Array.from(new TextEncoder().encode(text), (byte) => characters[byte]!).join("");
}
