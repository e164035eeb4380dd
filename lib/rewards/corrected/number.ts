/**
 * The one number that an answer states.
 *
 * @module
 */
import { asciiDigits } from "../as_released/python_text.ts";
import { stripMarkup } from "./markup.ts";

const THIN_SPACES = /[\u00a0\u2007\u2009\u202f]/g;

const VULGAR_FRACTION = /(\d{0,9})([\u00bc-\u00be\u2150-\u215e])/g;

/** "2\u00bd" to "2.5"; NFKC writes the character as "1\u20442". */
function decimalFraction(_: string, whole: string, fraction: string): string {
  const [above, below] = fraction.normalize("NFKC").split("\u2044");
  return String(Number(whole) + Number(above) / Number(below));
}

function plainNumberText(answer: string): string {
  return asciiDigits(stripMarkup(answer))
    .replace(VULGAR_FRACTION, decimalFraction)
    .replace(/(\d)['\u2019](?=\d{3}(?!\d))/g, "$1")
    .replace(THIN_SPACES, "\u2009")
    .replace(/(\d)\u2009(?=\d{3}(?!\d))/g, "$1")
    .replace(/\u2009/g, " ")
    .replace(/(\d ?)\*(?= ?\d)/g, "$1x")
    .replace(/\*/g, "");
}

/** What stands after the last equals sign, if it holds a digit: the result of a calculation. */
function resultPart(text: string): string {
  const part = text.slice(text.lastIndexOf("=") + 1);
  return /\d/.test(part) ? part : text;
}

/** Longer numerals are no answers, and cutting them off keeps the patterns on them cheap. */
const MAX_NUMERAL_LENGTH = 400;

/** The digits without thousands separators, or null where commas stand anywhere else. */
function joinThousands(numeral: string): string | null {
  if (numeral.length > MAX_NUMERAL_LENGTH) return null;
  const digits = numeral.replace(/,+$/, "");
  if (!digits.includes(",")) return digits;
  return /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/.test(digits) ? digits.replaceAll(",", "") : null;
}

/** What the text before a numeral makes of it. */
type Role = "value" | "negative" | "quotient" | "unit" | "unreadable";

function roleAfter(before: string): Role {
  const last = before.at(-1) ?? "";
  const trimmed = before.slice(-8).trimEnd();
  // A product, sum, difference or range: two numbers, even if they are equal.
  if (/\d ?[x+-]$/.test(trimmed)) return "unreadable";
  if (/[A-Za-z_^]/.test(last) || /\^[({]?[+-]$/.test(trimmed)) return "unit";
  if (/(?:^|[^A-Za-z])per\s?$/i.test(before.slice(-6))) return "unit";
  if (trimmed.endsWith("/")) return /\d ?\/$/.test(trimmed) ? "quotient" : "unit";
  if (!trimmed.endsWith("-")) return "value";
  // "FIB-4" and "CURB-65" are names, not negative numbers.
  return /[A-Za-z]-$/.test(before) ? "unit" : "negative";
}

/**
 * The one number that an answer states, or null if it states none or several different ones.
 *
 * Read are units, percent signs (the value stays as written), thousands separators (commas, thin
 * spaces, apostrophes; a plain space parts two numbers), digits of any script, every minus sign, LaTeX boxes and simple fractions, scientific notation and powers of ten, and words around
 * the number; after the last "=" only the result counts. Digits that belong to a name or unit
 * ("CHA2DS2-VASc", "kg/m2", "mL/min/1.73 m^2") are no numbers. Inequalities, ranges and lists state
 * no single number.
 *
 * @example
 * ```ts
 * import { readNumber } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readNumber("BMI = 73.5 / 1.71^2 = 25.1 kg/m^2"), 25.1);
 * assertEquals(readNumber("$\\boxed{1.2 \\times 10^{3}}$"), 1200);
 * assertEquals(readNumber("24-26"), null);
 * ```
 */
export function readNumber(answer: string): number | null {
  const text = resultPart(plainNumberText(answer));
  if (/[<>\u2264\u2265\u00b1]|\d_\d/.test(text)) return null;
  const values: number[] = [];
  const numeral = /\d[\d,]*(?:\.\d*)?|\.\d+/g;
  for (let match = numeral.exec(text); match !== null; match = numeral.exec(text)) {
    const role = roleAfter(text.slice(Math.max(0, match.index - 12), match.index));
    const after = text.slice(numeral.lastIndex, numeral.lastIndex + 40);
    const power = /^\s?x\s?10\s?\^\s?\(?([+-]?\d+)\)?|^[eE]([+-]?\d+)(?![\d_.])/.exec(after);
    const bareTen = match[0] === "10" ? /^\s?\^\s?([+-]?\d+)/.exec(after) : null;
    numeral.lastIndex += (power ?? bareTen)?.[0].length ?? 0;
    if (role === "unit") continue;
    const digits = joinThousands(match[0]);
    const isOtherPower = power === null && bareTen === null && /^\s?\^/.test(after);
    if (digits === null || role === "unreadable" || isOtherPower) return null;
    // Built as text so that 1.2 x 10^3 is the nearest double to 1200 and not a rounded product.
    const exponent = power?.[1] ?? power?.[2];
    const magnitude = bareTen === null
      ? Number(`${digits}e${exponent ?? 0}`)
      : Number(`1e${bareTen[1]}`);
    if (role === "quotient") values.push((values.pop() ?? Number.NaN) / magnitude);
    else values.push(role === "negative" ? -magnitude : magnitude);
  }
  const [first] = values;
  if (first === undefined || !Number.isFinite(first)) return null;
  return values.every((value) => value === first) ? first : null;
}
