/**
 * Which option an answer names.
 *
 * @module
 */
import { stripMarkup } from "./markup.ts";
import { normalizedWords } from "./words.ts";

const LEAD = new RegExp(
  "^(?:(?:so|thus|hence|therefore)[,:]? )?" +
    "(?:i (?:would |will )?(?:think|believe|choose|select|pick)(?: that)?:? |(?:choose|select|pick) |it(?: is|'s) )?" +
    "(?:the |my )?(?:(?:correct|right|best|final|most likely) )?" +
    "(?:(?:answer|option|choice|letter)(?: is| would be)?\\s*[:=]?\\s*)?(?:option |choice )?",
  "i",
);

// A full stop must end the letter and a dash must stand free, or "C.difficile" and "C-reactive" would be letters.
const LETTER =
  /^(?:[([]\s?([A-Za-z])\s?[)\]]\s?[.:,;-]?|([A-Za-z])(?:\s?[):;]|[.,!](?=\s|$)|\s-(?=\s)|$))\s*/;

/** Nothing but a letter; it is one even where another option's text is that letter. */
const LETTER_ALONE = /^[([{]?\s?([A-Za-z])\s?[)\]}]?\s?[.:,;!]?$/;

/** A capital alone is a letter only after words such as "the answer is". */
const CAPITAL = /^([A-Z])\s+/;

/** A capital is also a letter where the words after it say so. */
const NAMED_CAPITAL =
  /^([A-Z])\s+(?=(?:because|since)\s|(?:is|would be) (?:the )?(?:correct|right|best|most likely|answer)(?![a-z]))/;

/** Letters of other scripts that look like Latin ones, and those. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Array.from(
    "\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
    (c, i) => [c, "ABCEHKMOPTX"[i]!] as const,
  ).concat(
    Array.from(
      "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7",
      (c, i) => [c, "ABEZHIKMNOPTX"[i]!] as const,
    ),
    Array.from("\u0430\u0441\u0435\u043e\u0440\u0445", (c, i) => [c, "aceopx"[i]!] as const),
  ),
);

/** A letter alone, at most in brackets or with a mark, in whatever alphabet or style; else the text. */
function latinLetter(text: string): string {
  if (text.length > 6) return text;
  const plain = text.normalize("NFKC");
  const letters = plain.match(/\p{L}/gu) ?? [];
  const [letter] = letters;
  if (letter === undefined || letters.length > 1) return text;
  return plain.replace(letter, LOOK_ALIKES.get(letter) ?? letter);
}

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
    char !== undefined && "*_~\"'\u201c\u201d\u2018\u2019 ".includes(char);
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
  const own = unquote(stripMarkup(options?.[letter] ?? ""));
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
  const text = latinLetter(unquote(stripMarkup(answer).replace(/^[-#>\u2022]+ /, "")));
  const alone = LETTER_ALONE.exec(text)?.[1]?.toUpperCase();
  if (alone !== undefined && (options === null || Object.hasOwn(options, alone))) return alone;
  const whole = options === null ? [] : lettersWithText(text, options);
  if (whole.length === 1) return whole[0]!;
  const claim = text.replace(LEAD, "");
  const match = LETTER.exec(claim) ?? NAMED_CAPITAL.exec(claim) ??
    (claim === text ? null : CAPITAL.exec(claim));
  if (match !== null) {
    const letter = (match[1] ?? match[2] ?? "").toUpperCase();
    return namesAnother(claim.slice(match[0].length), letter, options) ? null : letter;
  }
  if (options === null) return null;
  const afterLead = lettersWithText(claim, options);
  return afterLead.length === 1 ? afterLead[0]! : letterBesideText(claim, options);
}

/** The letter that stands before or after its own option's text, whatever marks part the two. */
function letterBesideText(
  claim: string,
  options: Readonly<Record<string, string>>,
): string | null {
  const before = /^([A-Za-z])[^\p{L}\p{N}]+(\S.*)$/su.exec(claim);
  const first = before?.[1]?.toUpperCase() ?? "";
  if (lettersWithText(before?.[2] ?? "", options).includes(first)) return first;
  const after = /[^\p{L}\p{N}](?:option )?([A-Za-z])[^\p{L}\p{N}]{0,3}$/iu.exec(claim);
  const last = after?.[1]?.toUpperCase() ?? "";
  const text = claim.slice(0, after?.index ?? 0);
  return lettersWithText(text, options).includes(last) ? last : null;
}
