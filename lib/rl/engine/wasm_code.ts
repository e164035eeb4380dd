/**
 * Writes WebAssembly: expressions and statements become instructions. Only what the kernels of this folder use.
 *
 * @module
 */

/** Types of values: addresses and counts, numbers, and four numbers. */
export type ValueType = "i32" | "f32" | "v128";

/** Instructions that leave one value behind. */
export interface Value<T extends ValueType> {
  readonly type: T;
  readonly code: readonly number[];
}

/** Instructions that leave nothing behind. */
export type Statement = readonly number[];

/** A local variable or a parameter: reads as a value. */
export interface Local<T extends ValueType> extends Value<T> {
  set(value: Value<T>): Statement;
}

/** An i32 where a plain number is meant as a constant. */
export type Int = Value<"i32"> | number;

/** How types are written. */
export const TYPE_CODES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** An unsigned number, seven bits a byte, the lowest first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push(value % 128 + (rest > 0 ? 128 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

/** A signed number of 32 bits, seven bits a byte, the lowest first. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  while (true) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && low < 64) || (value === -1 && low >= 64)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function float32Bytes(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

function value<T extends ValueType>(type: T, ...code: number[][]): Value<T> {
  return { type, code: code.flat() };
}

export function toI32(x: Int): Value<"i32"> {
  return typeof x === "number" ? value("i32", [0x41, ...signed(x)]) : x;
}

function binaryI32(opcode: number) {
  return (a: Int, b: Int): Value<"i32"> =>
    value("i32", [...toI32(a).code, ...toI32(b).code, opcode]);
}

/** Arithmetic of counts and addresses; comparisons are unsigned and give 0 or 1. */
export const i32 = {
  constant: (x: number): Value<"i32"> => toI32(x),
  add: binaryI32(0x6a),
  sub: binaryI32(0x6b),
  mul: binaryI32(0x6c),
  div: binaryI32(0x6e),
  rem: binaryI32(0x70),
  and: binaryI32(0x71),
  eq: binaryI32(0x46),
  lt: binaryI32(0x49),
  ge: binaryI32(0x4f),
  /** The smaller of two; both are evaluated, one of them twice. */
  min: (a: Int, b: Int): Value<"i32"> =>
    value("i32", [...toI32(a).code, ...toI32(b).code, ...i32.lt(a, b).code, 0x1b]),
  load: (address: Int, offset = 0): Value<"i32"> =>
    value("i32", [...toI32(address).code, 0x28, 2, ...unsigned(offset)]),
};

function binaryF32(opcode: number) {
  return (a: Value<"f32">, b: Value<"f32">): Value<"f32"> =>
    value("f32", [...a.code, ...b.code, opcode]);
}

/** Arithmetic of single numbers. */
export const f32 = {
  constant: (x: number): Value<"f32"> => value("f32", [0x43, ...float32Bytes(x)]),
  fromI32: (x: Int): Value<"f32"> => value("f32", [...toI32(x).code, 0xb2]),
  load: (address: Int, offset = 0): Value<"f32"> =>
    value("f32", [...toI32(address).code, 0x2a, 2, ...unsigned(offset)]),
  store: (address: Int, x: Value<"f32">, offset = 0): Statement => [
    ...toI32(address).code,
    ...x.code,
    0x38,
    2,
    ...unsigned(offset),
  ],
  add: binaryF32(0x92),
  sub: binaryF32(0x93),
  mul: binaryF32(0x94),
  div: binaryF32(0x95),
  max: binaryF32(0x97),
  sqrt: (x: Value<"f32">): Value<"f32"> => value("f32", [...x.code, 0x91]),
  lane: (x: Value<"v128">, lane: number): Value<"f32"> =>
    value("f32", [...x.code, 0xfd, 0x1f, lane]),
};

function vector(opcode: number, ...operands: Value<ValueType>[]): Value<"v128"> {
  return value("v128", [...operands.flatMap(({ code }) => code), 0xfd, ...unsigned(opcode)]);
}

function binaryVector(opcode: number) {
  return (a: Value<"v128">, b: Value<"v128">): Value<"v128"> => vector(opcode, a, b);
}

/** Four numbers at once. */
export const f32x4 = {
  load: (address: Int, offset = 0): Value<"v128"> =>
    value("v128", [...toI32(address).code, 0xfd, 0x00, 2, ...unsigned(offset)]),
  /** One number and three zeros. */
  loadOne: (address: Int, offset = 0): Value<"v128"> =>
    value("v128", [...toI32(address).code, 0xfd, 0x5c, 2, ...unsigned(offset)]),
  /** One number, four times. */
  loadSplat: (address: Int, offset = 0): Value<"v128"> =>
    value("v128", [...toI32(address).code, 0xfd, 0x09, 2, ...unsigned(offset)]),
  store: (address: Int, x: Value<"v128">, offset = 0): Statement => [
    ...toI32(address).code,
    ...x.code,
    0xfd,
    0x0b,
    2,
    ...unsigned(offset),
  ],
  constant: (x: number): Value<"v128"> => f32x4.splat(f32.constant(x)),
  splat: (x: Value<"f32">): Value<"v128"> => vector(0x13, x),
  /** Lanes 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  shuffle: (a: Value<"v128">, b: Value<"v128">, lanes: readonly number[]): Value<"v128"> =>
    value("v128", [
      ...a.code,
      ...b.code,
      0xfd,
      0x0d,
      ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
    ]),
  add: binaryVector(228),
  sub: binaryVector(229),
  mul: binaryVector(230),
  div: binaryVector(231),
  /** The smaller and the larger of both; the first one if either is NaN. */
  min: binaryVector(234),
  max: binaryVector(235),
  /** All bits where the first is less, else none. */
  less: binaryVector(67),
  /** The bits of the first that the second does not have. */
  without: binaryVector(79),
  sqrt: (x: Value<"v128">): Value<"v128"> => vector(227, x),
  /** The bits as integers, moved up. */
  shiftLeft: (x: Value<"v128">, by: number): Value<"v128"> =>
    value("v128", [...x.code, ...i32.constant(by).code, 0xfd, ...unsigned(171)]),
};

/** `a b + c`, number by number. */
export type MultiplyAdd = (
  a: Value<"v128">,
  b: Value<"v128">,
  c: Value<"v128">,
) => Value<"v128">;

/** The product is rounded before it is added: the same on every machine. */
export const roundedMultiplyAdd: MultiplyAdd = (a, b, c) => f32x4.add(c, f32x4.mul(a, b));

/** Rounded once where the processor can, else as {@link roundedMultiplyAdd}: relaxed vectors. */
export const relaxedMultiplyAdd: MultiplyAdd = (a, b, c) => vector(261, a, b, c);

/** Copies bytes; the places may overlap. */
export function copyBytes(to: Int, from: Int, count: Int): Statement {
  return [...toI32(to).code, ...toI32(from).code, ...toI32(count).code, 0xfc, 0x0a, 0, 0];
}

/** Statements one after the other. */
export function block(...statements: (Statement | Statement[])[]): Statement {
  return statements.flat(2);
}

/** Statements that run if the condition is not 0. */
export function when(condition: Value<"i32">, body: Statement, otherwise?: Statement): Statement {
  const rest = otherwise === undefined ? [] : [0x05, ...otherwise];
  return [...condition.code, 0x04, 0x40, ...body, ...rest, 0x0b];
}

/** Statements that run again as long as the condition, asked before each time, is not 0. */
export function loopWhile(condition: Value<"i32">, body: Statement): Statement {
  return [
    ...condition.code,
    0x04,
    0x40,
    0x03,
    0x40,
    ...body,
    ...condition.code,
    0x0d,
    0,
    0x0b,
    0x0b,
  ];
}

/** `counter` from `begin` up to, but not with, `end`. */
export function loopOver(
  counter: Local<"i32">,
  begin: Int,
  end: Int,
  step: Int,
  body: Statement,
): Statement {
  return [
    ...counter.set(toI32(begin)),
    ...loopWhile(i32.lt(counter, end), [...body, ...counter.set(i32.add(counter, step))]),
  ];
}

/** Adds to a variable. */
export function increase(counter: Local<"i32">, by: Int): Statement {
  return counter.set(i32.add(counter, by));
}
