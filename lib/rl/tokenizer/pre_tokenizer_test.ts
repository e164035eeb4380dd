import { assertEquals } from "@std/assert";
import { byteCharacters, inByteCharacters } from "./byte_alphabet.ts";
import { BYTE_RULE, QWEN2_PATTERN, splitRule } from "./pre_tokenizer.ts";
import { byteTokenizerJson } from "./testdata/byte_tokenizer.ts";
import { createTokenizer } from "./tokenizer.ts";
import type { TokenizerJson } from "./tokenizer_json.ts";

/** Whether the rules leave `a` and `b` in one piece: only then the merge of the two applies. */
function staysTogether(a: string, b: string, rules: Partial<TokenizerJson> = {}): boolean {
  // Bytes of each side are merged first, one after another, then the sides.
  const chain = (text: string) => {
    const bytes = [...inByteCharacters(text)];
    return bytes.slice(1).map((byte, i) => [bytes.slice(0, i + 1).join(""), byte] as const);
  };
  const merges = [...chain(a), ...chain(b), [inByteCharacters(a), inByteCharacters(b)] as const];
  const json = byteTokenizerJson(["<end>"], []);
  const vocab = Object.fromEntries(
    ["<end>", ...byteCharacters(), ...new Set(merges.map(([x, y]) => x + y))].map((t, i) => [t, i]),
  );
  const tokenizer = createTokenizer({
    source: "pieces",
    json: { ...json, ...rules, model: { type: "BPE", vocab, merges } },
    chatTemplate: null,
    endTokenIds: [0],
    padTokenId: 0,
    namedTokens: {},
  });
  return tokenizer.encode(a + b).length === 1;
}

const noDigits: Partial<TokenizerJson> = {
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
};
const qwen2: Partial<TokenizerJson> = {
  pre_tokenizer: { type: "Sequence", pretokenizers: [splitRule(QWEN2_PATTERN), BYTE_RULE] },
};

Deno.test("the byte alphabet has 256 characters, printable Latin-1 as itself", () => {
  const characters = byteCharacters();
  assertEquals(new Set(characters).size, 256);
  // Known points of GPT-2's table.
  assertEquals([0x00, 0x0a, 0x20, 0x7f, 0xa0, 0xad].map((b) => characters[b]!.charCodeAt(0)), [
    0x100,
    0x10a,
    0x120,
    0x121,
    0x142,
    0x143,
  ]);
  assertEquals(characters[0xe9], "\u00e9");
});

Deno.test("GPT-2's pattern keeps a leading space with letters, digits and signs", () => {
  assertEquals(staysTogether(" ", "a", noDigits), true);
  assertEquals(staysTogether(" ", "1", noDigits), true);
  assertEquals(staysTogether(" ", "%", noDigits), true);
  assertEquals(staysTogether("a", "1", noDigits), false);
  assertEquals(staysTogether("a", " ", noDigits), false);
  assertEquals(staysTogether("'", "s", noDigits), true);
  assertEquals(staysTogether("'", "S", noDigits), false);
});

Deno.test("digits of any script and kind are cut off one by one", () => {
  for (const digit of ["7", "\u00b2", "\u00bd", "\u0663", "\u2167"]) {
    assertEquals(staysTogether(digit, digit), false);
    assertEquals(staysTogether(" ", digit), false);
  }
  const grouped: Partial<TokenizerJson> = {
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Digits", individual_digits: false }, BYTE_RULE],
    },
  };
  assertEquals(staysTogether("\u00b2", "7", grouped), true);
  assertEquals(staysTogether("a", "7", grouped), false);
});

Deno.test("white space is Unicode's: U+0085 is, U+FEFF is not", () => {
  assertEquals(staysTogether("!", "\ufeff"), true);
  assertEquals(staysTogether("!", "\u0085"), false);
  assertEquals(staysTogether("\n", "\u0085"), true);
});

Deno.test("Qwen2's pattern: any case of contractions, a sign before a word, breaks after signs", () => {
  assertEquals(staysTogether("'", "S", qwen2), true);
  assertEquals(staysTogether("(", "a", qwen2), true);
  assertEquals(staysTogether("!", "\n", qwen2), true);
  assertEquals(staysTogether("1", "2", qwen2), false);
  assertEquals(staysTogether(" ", "\n", qwen2), true);
});
