/**
 * The rules that cut a text into words before byte-pair encoding.
 *
 * @module
 */

/** A rule of a tokenizer.json's `pre_tokenizer`. */
export interface PreTokenizerJson {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The pattern of GPT-2's tokenizer, which the ByteLevel rule stands for when `use_regex` is on. */
export const GPT2_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The pattern of Qwen2's tokenizer: contractions in either case, digits one by one, line breaks apart. */
export const QWEN2_PATTERN: string =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|" +
  " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** A rule that makes every match of a pattern, and what stands between matches, a piece. */
export function splitRule(pattern: string): PreTokenizerJson {
  return { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
}

/** The rule that turns bytes into the vocabulary's characters and cuts nothing. */
export const BYTE_RULE: PreTokenizerJson = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/**
 * The same rules in a form in which `@huggingface/tokenizers` 0.2.0 cuts as Hugging Face's own
 * tokenizers do. As they stand its Digits rule knows ASCII digits only, and its ByteLevel rule
 * takes JavaScript's idea of white space (U+FEFF in, U+0085 out); its Split rule is right.
 */
export function exactPreTokenizer(rule: PreTokenizerJson | null): PreTokenizerJson | null {
  if (rule === null) return null;
  if (rule.type === "Sequence") {
    const rules = (rule.pretokenizers ?? []) as PreTokenizerJson[];
    return { ...rule, pretokenizers: rules.map(exactPreTokenizer) };
  }
  if (rule.type === "Digits") return splitRule(rule.individual_digits ? "\\p{N}" : "\\p{N}+");
  const cutsItself = rule.type === "ByteLevel" && (rule.use_regex ?? true) &&
    rule.add_prefix_space === false;
  if (!cutsItself) return rule;
  return { type: "Sequence", pretokenizers: [splitRule(GPT2_PATTERN), BYTE_RULE] };
}
