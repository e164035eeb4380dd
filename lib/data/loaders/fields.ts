/**
 * Checked reading of single fields: what every layout is made of.
 *
 * @module
 */

import { type BadRow, DataError, previewValue } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import { readNested } from "./python_literal.ts";

/** A row as parsed, unchecked. */
export type Row = Readonly<Record<string, unknown>>;

/** A row and its number, from 1; or why that row could not be parsed. */
export type ParsedRow =
  | { readonly row: number; readonly value: Row }
  | { readonly row: number; readonly bad: BadRow };

/** Where a row stands: the file and the row's number, from 1. */
export interface Where {
  readonly path: string;
  readonly row: number;
}

/** The way one published data set writes a question. */
export interface Layout {
  readonly name: string;
  /** Whether a row's columns are this layout's. */
  recognises(row: Row): boolean;
  /**
   * The row as a record, in split `train`, with an empty id where the set gives none.
   *
   * @throws {DataError} naming the field that breaks a rule.
   */
  parse(row: Row, where: Where): QuestionRecord;
}

// Patient notes have some thousands of characters; a text of this length is no question.
const MAX_TEXT_CHARS = 1_000_000;

/** Throws the error for a field of a row. */
export function refuse(where: Where, field: string, found: unknown, rule: string): never {
  throw new DataError({ ...where, field, found: previewValue(found), rule });
}

/** A row's own field; undefined where it has none. */
export function field(row: Row, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** Whether a row has all of the fields. */
export function hasFields(row: Row, ...names: string[]): boolean {
  return names.every((name) => Object.hasOwn(row, name));
}

/** Whether a row has a value other than null in one of the fields at least. */
export function hasValue(row: Row, ...names: string[]): boolean {
  return names.some((name) => (field(row, name) ?? null) !== null);
}

/** Whether a value is an object with named fields. */
export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Checks that a value is a text, which may be empty but not endless. */
export function checkText(value: unknown, name: string, where: Where): string {
  if (typeof value !== "string") refuse(where, name, value, "a text");
  if (value.length > MAX_TEXT_CHARS) {
    refuse(where, name, value, `at most ${MAX_TEXT_CHARS} characters long, not ${value.length}`);
  }
  return value;
}

/** A text field that says something; kept as it stands. */
export function readText(row: Row, name: string, where: Where): string {
  const text = checkText(field(row, name), name, where);
  if (text.trim() === "") refuse(where, name, text, "a text with more than white space");
  return text;
}

/** An id: a text or a whole number; empty where the set has no such field. */
export function readId(row: Row, name: string, where: Where): string {
  const value = field(row, name);
  if (value === undefined || value === null) return "";
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string" || value.trim() === "" || value.length > 200) {
    refuse(where, name, value, "a whole number or a text of 1 to 200 characters");
  }
  return value;
}

/** Labels that a set may leave out: the texts of the named fields that have one. */
export function readTags(row: Row, names: readonly string[], where: Where): string[] {
  const tags: string[] = [];
  for (const name of names) {
    const value = field(row, name);
    if (value === undefined || value === null || value === "") continue;
    tags.push(checkText(value, name, where));
  }
  return tags;
}

/** `A` for 0, `B` for 1 and on. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** A list of texts, possibly written as text; an item of null is an error. */
export function readTexts(row: Row, name: string, where: Where): string[] {
  const value = readNested(field(row, name));
  if (!Array.isArray(value)) refuse(where, name, field(row, name), "a list of texts");
  return value.map((text, i) => checkText(text, `${name}[${i}]`, where));
}

/** Options in any of the published forms as pairs of letter and unchecked text. */
function pairOptions(value: unknown): [letter: unknown, text: unknown][] | null {
  if (isRow(value)) return Object.entries(value);
  if (!Array.isArray(value)) return null;
  if (value.length > 0 && value.every(isRow)) {
    return value.map((option) => [field(option, "letter"), field(option, "content")]);
  }
  return value.map((text, index) => [letterOf(index), text]);
}

/**
 * Checks options: letters A, B, C and on without a gap, at least two, each with a text. Nulls after the
 * last option are passed over: a table gives every row the letters of its longest one.
 *
 * @param name What the options are called in errors.
 * @param label What the option of a letter is called in errors.
 */
export function checkOptions(
  pairs: readonly (readonly [letter: unknown, text: unknown])[],
  name: string,
  where: Where,
  label: (letter: string) => string = (letter) => `${name}.${letter}`,
): Record<string, string> {
  const sorted = pairs.toSorted(([a], [b]) => String(a) < String(b) ? -1 : 1);
  while ((sorted.at(-1)?.[1] ?? null) === null && sorted.length > 0) sorted.pop();
  const letters = sorted.map(([letter]) => letter);
  const expected = letters.map((_, i) => letterOf(i));
  if (letters.length < 2 || letters.length > 26 || expected.some((l, i) => l !== letters[i])) {
    refuse(
      where,
      name,
      pairs.slice(0, 30).map(([letter]) => letter ?? null),
      "2 to 26 options with the letters A, B, C and on",
    );
  }
  const options: Record<string, string> = {};
  sorted.forEach(([, value], i) => {
    const letter = letterOf(i);
    const text = checkText(value, label(letter), where);
    if (text.trim() === "") refuse(where, label(letter), text, "a text with characters");
    options[letter] = text;
  });
  return options;
}

/**
 * Options as an object of texts by letter, a list of `{ letter, content }`, or a list of texts in the
 * order of the letters; each possibly written as text.
 */
export function readOptions(row: Row, name: string, where: Where): Record<string, string> {
  const pairs = pairOptions(readNested(field(row, name)));
  if (pairs === null) {
    refuse(where, name, field(row, name), "options by letter, or a list of option texts");
  }
  return checkOptions(pairs, name, where);
}

/** A whole number, possibly written as text; null where there is none. */
export function readWhole(value: unknown): number | null {
  if (typeof value === "string" && /^\s*[+-]?\d{1,15}(\.0*)?\s*$/.test(value)) return Number(value);
  return Number.isSafeInteger(value) ? value as number : null;
}

/** Checks that a value is the letter of one of the options. */
export function checkLetter(
  value: unknown,
  name: string,
  options: Readonly<Record<string, string>>,
  where: Where,
): string {
  if (typeof value !== "string" || !Object.hasOwn(options, value)) {
    refuse(where, name, value, `one of the options' letters ${Object.keys(options).join(", ")}`);
  }
  return value;
}
