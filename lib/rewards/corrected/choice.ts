/**
 * Which option an answer names.
 *
 * @module
 */
import { stripMarkup } from "./markup.ts";
import { normalizedWords } from "./words.ts";

const LEAD =
  /^(?:the )?(?:(?:correct|right|best|final) )?(?:answer|option|choice|letter)(?: is| would be)?\s*[:=]?\s*(?:option |choice )?/i;

// A full stop must end the letter and a dash must stand free, or "C.difficile" and "C-reactive" would be letters.
const LETTER =
  /^(?:[([]\s?([A-Za-z])\s?[)\]]\s?[.:,;-]?|([A-Za-z])(?:\s?[):;]|[.,!](?=\s|$)|\s-(?=\s)|$))\s*/;

/** A capital alone is a letter only after words such as "the answer is". */
const CAPITAL = /^([A-Z])\s+/;

/** Words with a space on both sides, so that whole words can be searched for. */
function padded(text: string): string {
  return ` ${normalizedWords(text).join(" ")} `;
}

function lettersWithText(text: string, options: Readonly<Record<string, string>>): string[] {
  const letters = Object.keys(options);
  const same = letters.filter((letter) =>
    stripMarkup(options[letter]!).toLowerCase() === text.toLowerCase()
  );
  if (same.length > 0) return same;
  const words = padded(text);
  if (words.trim() === "") return [];
  return letters.filter((letter) => padded(options[letter]!) === words);
}

/** The text without quotes and emphasis around it. A loop, since `"+$` would not be linear. */
function unquote(text: string): string {
  const isMark = (char: string | undefined) =>
    char !== undefined && "*\"'\u201c\u201d ".includes(char);
  let start = 0;
  let end = text.length;
  while (start < end && isMark(text[start])) start++;
  while (end > start && isMark(text[end - 1])) end--;
  return text.slice(start, end);
}

/** The text with every occurrence of a part, in any case, replaced by a space. */
function withoutText(text: string, part: string): string {
  const lower = text.toLowerCase();
  // Lower-casing can lengthen a text; positions are then no longer those of the original.
  if (lower.length !== text.length) return text.replaceAll(part, " ");
  const pieces: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(part.toLowerCase()); at >= 0;) {
    pieces.push(text.slice(from, at));
    from = at + part.length;
    at = lower.indexOf(part.toLowerCase(), from);
  }
  return [...pieces, text.slice(from)].join(" ");
}

/** True if the text after a letter names another option, by letter or by its text. */
function namesAnother(
  rest: string,
  letter: string,
  options: Readonly<Record<string, string>> | null,
): boolean {
  const own = options?.[letter]?.trim() ?? "";
  const other = own === "" ? rest : withoutText(rest, own);
  for (const match of other.matchAll(/(?<![\p{L}\p{N}])[A-Za-z](?![\p{L}\p{N}])/gu)) {
    const found = match[0].toUpperCase();
    const isArticle = match[0] === "a" && /^ [a-z]{2}/.test(other.slice(match.index + 1));
    const isOption = options === null || Object.hasOwn(options, found);
    if (found !== letter && isOption && !isArticle) return true;
  }
  if (options === null) return false;
  const ownWords = padded(own);
  const otherWords = padded(other);
  return Object.entries(options).some(([key, text]) => {
    const words = padded(text);
    return key !== letter && words.trim() !== "" && !ownWords.includes(words) &&
      otherWords.includes(words);
  });
}

/**
 * The option that an answer names, as a capital letter, or null if it names none or more than one.
 *
 * Read are a letter of either case alone, in brackets, bold or boxed, followed by a mark and any
 * text, or after words such as "option" and "the answer is"; and an option's own text. An answer
 * that names a second option by letter or text is no answer, whatever it argues.
 *
 * Deviation from Med-U1 as released, which compares the whole answer with the letter.
 *
 * @param options Option texts by capital letter; with null any letter is an option.
 *
 * @example
 * ```ts
 * import { readChoice } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const options = { A: "salt tablets", B: "chalk", C: "insulin vials" };
 * assertEquals(readChoice("(c) insulin vials", options), "C");
 * assertEquals(readChoice("Insulin vials.", options), "C");
 * assertEquals(readChoice("C or B", options), null);
 * ```
 */
export function readChoice(
  answer: string,
  options: Readonly<Record<string, string>> | null,
): string | null {
  const text = unquote(stripMarkup(answer));
  const whole = options === null ? [] : lettersWithText(text, options);
  if (whole.length === 1 && !Object.hasOwn(options ?? {}, text.toUpperCase())) return whole[0]!;
  const claim = text.replace(LEAD, "");
  const match = LETTER.exec(claim) ?? (claim === text ? null : CAPITAL.exec(claim));
  if (match !== null) {
    const letter = (match[1] ?? match[2] ?? "").toUpperCase();
    return namesAnother(claim.slice(match[0].length), letter, options) ? null : letter;
  }
  if (options === null) return null;
  const afterLead = lettersWithText(claim, options);
  if (afterLead.length === 1) return afterLead[0]!;
  const loose = /^([A-Za-z])\s+(\S.*)$/s.exec(claim);
  if (loose === null) return null;
  const letter = loose[1]!.toUpperCase();
  return lettersWithText(loose[2]!, options).includes(letter) ? letter : null;
}
