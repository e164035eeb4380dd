/**
 * Checked reading of single fields: what every layout is made of.
 *
 * @module
 */

import { type BadRow, DataError, previewValue } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";

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

/** An object of option texts by letter: A, B, C and on without a gap, at least two. */
export function readOptions(row: Row, name: string, where: Where): Record<string, string> {
  const value = field(row, name);
  if (!isRow(value)) refuse(where, name, value, "an object of option texts by letter");
  const letters = Object.keys(value);
  const expected = letters.map((_, i) => String.fromCharCode(65 + i)).join("");
  if (letters.length < 2 || letters.length > 26 || letters.join("") !== expected) {
    refuse(where, name, letters, "2 to 26 options with the letters A, B, C and on, in order");
  }
  const options: Record<string, string> = {};
  for (const letter of letters) {
    const text = checkText(value[letter], `${name}.${letter}`, where);
    if (text.trim() === "") refuse(where, `${name}.${letter}`, text, "a text with characters");
    options[letter] = text;
  }
  return options;
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
