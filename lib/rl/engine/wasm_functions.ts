/**
 * Functions of a WebAssembly module that computes in a memory it is given, and the module's bytes.
 *
 * @module
 */
import {
  type Int,
  type Local,
  type Statement,
  toI32,
  TYPE_CODES,
  unsigned,
  type Value,
  type ValueType,
} from "./wasm_code.ts";

/** Makes variables of a function while its body is written. */
export type MakeLocal = <T extends ValueType>(type: T) => Local<T>;

type Parameters = Record<string, ValueType>;
type Locals<P extends Parameters> = { readonly [name in keyof P]: Local<P[name]> };
type Arguments<P extends Parameters> = {
  readonly [name in keyof P]: P[name] extends "i32" ? Int : Value<P[name]>;
};

interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Statement;
}

/** The functions of a module, all of them exported; none gives a value back. */
export class ModuleCode {
  readonly #functions: FunctionCode[] = [];

  /**
   * Adds a function.
   *
   * @param parameters their names and types, in the order of a call from outside.
   * @returns what writes a call from a function that is added later.
   */
  add<P extends Parameters>(
    name: string,
    parameters: P,
    write: (parameters: Locals<P>, local: MakeLocal) => Statement,
  ): (given: Arguments<P>) => Statement {
    const types = Object.values(parameters), locals: ValueType[] = [];
    const variable = <T extends ValueType>(type: T, index: number): Local<T> => ({
      type,
      code: [0x20, ...unsigned(index)],
      set: (x) => [...x.code, 0x21, ...unsigned(index)],
    });
    const own = Object.fromEntries(
      Object.entries(parameters).map(([name, type], i) => [name, variable(type, i)]),
    ) as unknown as Locals<P>;
    const body = write(own, (type) => variable(type, types.length + locals.push(type) - 1));
    const index = this.#functions.push({ name, parameters: types, locals, body }) - 1;
    return (given) => [
      ...Object.keys(parameters).flatMap((name) => {
        const argument = given[name] as Int | Value<ValueType>;
        return typeof argument === "number" ? toI32(argument).code : argument.code;
      }),
      0x10,
      ...unsigned(index),
    ];
  }

  /** The module's bytes; it imports `env.memory`. */
  bytes(): Uint8Array<ArrayBuffer> {
    const text = (x: string) => sized([...new TextEncoder().encode(x)]);
    const types = this.#functions.map(({ parameters }) => [
      0x60,
      ...unsigned(parameters.length),
      ...parameters.map((type) => TYPE_CODES[type]),
      0,
    ]);
    const exported = this.#functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
    const bodies = this.#functions.map(({ locals, body }) =>
      sized([
        ...unsigned(locals.length),
        ...locals.flatMap((type) => [1, TYPE_CODES[type]]),
        ...body,
        0x0b,
      ])
    );
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, types),
      ...section(2, [[...text("env"), ...text("memory"), 2, 0, 0]]),
      ...section(3, this.#functions.map((_, i) => unsigned(i))),
      ...section(7, exported),
      ...section(10, bodies),
    ]);
  }
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized([...unsigned(items.length), ...items.flat()])];
}
