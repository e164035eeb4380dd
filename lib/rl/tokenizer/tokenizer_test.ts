import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { byteTokenizerJson } from "./testdata/byte_tokenizer.ts";
import { createTokenizer, type TokenizerParts } from "./tokenizer.ts";

const SPECIALS = ["<end>", "<user>"];
/** Id of a byte in the vocabulary of the tests. */
const byte = (value: number) => SPECIALS.length + value;
const ascii = (text: string) => [...text].map((character) => byte(character.charCodeAt(0)));

const PARTS: TokenizerParts = {
  source: "small",
  json: byteTokenizerJson(SPECIALS, [["a", "b"], ["ab", "c"], [" ", "a"], ["1", "2"], [" ", "1"]]),
  chatTemplate: "{% for m in messages %}\n" +
    "{% if m.role == 'assistant' %}{{ raise_exception('no assistant') }}{% endif %}\n" +
    "<user>{{ m['content'] + eos_token }}\n{% endfor %}\n" +
    "{% if add_generation_prompt %}A:{% endif %}",
  endTokenIds: [0],
  padTokenId: 0,
  namedTokens: { eos_token: "<end>" },
};
const tokenizer = createTokenizer(PARTS);
const FIRST_MERGE = SPECIALS.length + 256;

Deno.test("merges apply in the order of the list, leftmost first", () => {
  assertEquals(tokenizer.encode("abc"), [FIRST_MERGE + 1]);
  assertEquals(tokenizer.encode("aabab"), [byte(97), FIRST_MERGE, FIRST_MERGE]);
  // "a"+"b" comes before " "+"a" in the list, so the space stays alone.
  assertEquals(tokenizer.encode("x ab"), [byte(120), byte(32), FIRST_MERGE]);
  assertEquals(tokenizer.encode("x ac"), [byte(120), FIRST_MERGE + 2, byte(99)]);
});

Deno.test("digits stand alone, whatever the merges, and lose no space to the digit after", () => {
  assertEquals(tokenizer.encode("12"), ascii("12"));
  assertEquals(tokenizer.encode(" 1"), ascii(" 1"));
});

Deno.test("special tokens in the text become ids; parts of them do not", () => {
  assertEquals(tokenizer.encode("<user>a<end><en"), [1, byte(97), 0, ...ascii("<en")]);
  assertEquals(tokenizer.decodeWithSpecials([1, byte(97), 0]), "<user>a<end>");
  assertEquals(tokenizer.decode([1, byte(97), 0]), "a");
});

Deno.test("texts come back from their ids", () => {
  for (
    const text of [
      "",
      " ",
      "\n\n\t x",
      "caf\u00e9 \u65e5\u672c \ud83d\ude00",
      "\u0000\u007f",
      "__proto__",
    ]
  ) {
    assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
  }
});

Deno.test("a cut character decodes to U+FFFD, without harm to its neighbours", () => {
  // U+1F600 is f0 9f 98 80.
  const bytes = [0x61, 0xf0, 0x9f, 0x98].map(byte);
  assertEquals(tokenizer.decode(bytes), "a\ufffd");
  assertEquals(tokenizer.decode([0x98, 0x80, 0x62].map(byte)), "\ufffd\ufffdb");
  assertEquals(tokenizer.decode([0xc3, 0x61, 0xc3, 0xa9].map(byte)), "\ufffda\u00e9");
});

Deno.test("ids outside of the vocabulary are left out", () => {
  assertEquals(tokenizer.decode([byte(97), 5000, -1, byte(98)]), "ab");
  assertEquals(tokenizer.decode([5000]), "");
  assertEquals(tokenizer.vocabSize, FIRST_MERGE + 5);
});

Deno.test("the chat template sees messages, named tokens and the generation prompt", () => {
  assertEquals(
    tokenizer.renderChat([{ role: "system", content: "s" }, { role: "user", content: " u\n" }]),
    "<user>s<end>\n<user> u\n<end>\nA:",
  );
  const error = assertThrows(() => tokenizer.renderChat([{ role: "assistant", content: "x" }]));
  assertStringIncludes((error as Error).message, "no assistant");
});

Deno.test("without a chat template only renderChat fails, and says why", () => {
  const plain = createTokenizer({ ...PARTS, chatTemplate: null });
  assertEquals(plain.encode("a"), [byte(97)]);
  assertThrows(() => plain.renderChat([]), Error, "Cannot write a chat for small");
});

Deno.test("parts that do not fit are refused by name", () => {
  assertThrows(() => createTokenizer({ ...PARTS, endTokenIds: [999] }), Error, "is 999");
  assertThrows(() => createTokenizer({ ...PARTS, endTokenIds: [] }), Error, "ends a completion");
  assertThrows(() => createTokenizer({ ...PARTS, chatTemplate: "{% if %}" }), Error, "small");
  const json = { ...PARTS.json, pre_tokenizer: { type: "Telepathy" } };
  assertThrows(() => createTokenizer({ ...PARTS, json }), Error, "Telepathy");
});
