/**
 * Python's way of writing values as text, which tables hold where a cell should hold a list or object.
 *
 * @module
 */

const MAX_DEPTH = 20;

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  n: "\n",
  t: "\t",
  r: "\r",
  "\n": "",
};

const NAMES: Readonly<Record<string, unknown>> = { None: null, True: true, False: false };

const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  fail(what: string): never {
    throw new SyntaxError(`${what} at character ${this.#at + 1}`);
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  /** Whether the mark stands next; it is passed over. */
  take(mark: string): boolean {
    this.skipSpace();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  expect(mark: string): void {
    if (!this.take(mark)) this.fail(`no ${mark}`);
  }

  isAtEnd(): boolean {
    this.skipSpace();
    return this.#at >= this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} levels`);
    if (this.take("{")) return this.object(depth);
    if (this.take("[")) return this.list("]", depth);
    if (this.take("(")) return this.list(")", depth);
    const quote = this.#text[this.#at];
    if (quote === "'" || quote === '"') return this.string(quote);
    const word = /[\w.+-]{1,40}/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0] ?? this.fail("no value");
    this.#at += found.length;
    if (Object.hasOwn(NAMES, found)) return NAMES[found];
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(found) ? Number(found) : NaN;
    return Number.isFinite(number) ? number : this.fail(`no value: ${found}`);
  }

  list(end: string, depth: number): unknown[] {
    const values: unknown[] = [];
    while (!this.take(end)) {
      values.push(this.value(depth + 1));
      if (!this.take(",")) {
        this.expect(end);
        break;
      }
    }
    return values;
  }

  object(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.take("}")) {
      this.skipSpace();
      const quote = this.#text[this.#at];
      if (quote !== "'" && quote !== '"') this.fail("no key");
      const key = this.string(quote);
      this.expect(":");
      entries.push([key, this.value(depth + 1)]);
      if (!this.take(",")) {
        this.expect("}");
        break;
      }
    }
    return Object.fromEntries(entries);
  }

  string(quote: string): string {
    const text = this.#text;
    const pieces: string[] = [];
    let from = ++this.#at;
    for (;;) {
      const char = text[this.#at];
      if (char === undefined) this.fail(`no closing ${quote}`);
      if (char === quote) break;
      if (char === "\\") {
        pieces.push(text.slice(from, this.#at), this.escape(text[this.#at + 1] ?? ""));
        from = this.#at;
      } else this.#at++;
    }
    pieces.push(text.slice(from, this.#at++));
    return pieces.join("");
  }

  /** What a backslash and the mark after it stand for; both are passed over. */
  escape(mark: string): string {
    const length = HEX_LENGTHS[mark];
    if (length === undefined) {
      this.#at += 2;
      // Python keeps the backslash where it knows no such escape.
      return ESCAPES[mark] ?? `\\${mark}`;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 2 + length);
    const code = parseInt(digits, 16);
    if (!/^[0-9a-f]+$/i.test(digits) || digits.length < length || code > 0x10ffff) {
      this.fail("no character code");
    }
    this.#at += 2 + length;
    return String.fromCodePoint(code);
  }
}

/**
 * Reads a Python literal: dicts with text keys, lists, tuples, texts, numbers, True, False and None.
 * Nothing is evaluated; lists and tuples become arrays.
 *
 * @throws {SyntaxError} for any other text, or one nested deeper than 20 levels.
 *
 * @example
 * ```ts
 * import { parsePythonLiteral } from "./python_literal.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parsePythonLiteral(`{'A': "Crohn's", 'B': None}`), { A: "Crohn's", B: null });
 * ```
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (!reader.isAtEnd()) reader.fail("more text");
  return value;
}

/**
 * A cell that should hold a list or an object: one written as text, in JSON or in Python, is read;
 * any other value stays as it is, for the field's own check to refuse.
 */
export function readNested(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[({]/.test(value)) return value;
  for (const parse of [JSON.parse, parsePythonLiteral]) {
    try {
      return parse(value);
    } catch {
      // Not written in this way.
    }
  }
  return value;
}
