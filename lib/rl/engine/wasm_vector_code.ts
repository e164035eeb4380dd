/**
 * What kernels write by the vector: loops over numbers, sums, and the exponential.
 *
 * @module
 */
import {
  block,
  f32,
  f32x4,
  i32,
  increase,
  type Int,
  type Local,
  loopWhile,
  type MultiplyAdd,
  type Statement,
  type Value,
} from "./wasm_code.ts";
import type { MakeLocal } from "./wasm_functions.ts";

/** How the body of {@link byFours} reaches numbers: `offset` bytes on from where a list begins. */
export interface Access {
  /** Four numbers, or one of the last ones, four times. */
  load(list: Int): Value<"v128">;
  store(list: Int, x: Value<"v128">): Statement;
  /** 0 in lanes that only repeat a number. */
  own(x: Value<"v128">): Value<"v128">;
}

/** `body` for four numbers at a time of lists of `count`, and for those that are left one by one. */
export function byFours(
  count: Int,
  local: MakeLocal,
  body: (access: Access) => Statement,
): Statement {
  const offset = local("i32"), end = local("i32"), at = (list: Int) => i32.add(list, offset);
  const fours: Access = {
    load: (list) => f32x4.load(at(list)),
    store: (list, x) => f32x4.store(at(list), x),
    own: (x) => x,
  };
  const ones: Access = {
    load: (list) => f32x4.loadSplat(at(list)),
    store: (list, x) => f32.store(at(list), f32.lane(x, 0)),
    own: (x) => f32x4.shuffle(x, f32x4.constant(0), [0, 4, 4, 4]),
  };
  return block(
    offset.set(i32.constant(0)),
    end.set(i32.mul(count, 4)),
    loopWhile(i32.ge(end, i32.add(offset, 16)), block(body(fours), increase(offset, 16))),
    loopWhile(i32.lt(offset, end), block(body(ones), increase(offset, 4))),
  );
}

/** `body` for each of `rows` rows of `width` numbers, to which all of `lists` move on. */
export function byRows(
  rows: Local<"i32">,
  width: Int,
  lists: readonly Local<"i32">[],
  body: Statement,
): Statement {
  return loopWhile(
    i32.ge(rows, 1),
    block(body, lists.map((list) => increase(list, i32.mul(width, 4))), increase(rows, -1)),
  );
}

/** The sum of a vector's numbers. */
export function laneSum(x: Local<"v128">): Value<"f32"> {
  return f32.add(
    f32.add(f32.lane(x, 0), f32.lane(x, 1)),
    f32.add(f32.lane(x, 2), f32.lane(x, 3)),
  );
}

/** The largest of a vector's numbers; NaN if one is. */
export function laneMax(x: Local<"v128">): Value<"f32"> {
  return f32.max(
    f32.max(f32.lane(x, 0), f32.lane(x, 1)),
    f32.max(f32.lane(x, 2), f32.lane(x, 3)),
  );
}

/**
 * Below the first e^x is 0 here, though 1e-38 it may be: numbers that small are slow. From the other on e^x is
 * infinite here, because its power of two is; as a float32 it would be from 88.7 on.
 */
const LEAST_EXPONENT = -87, LARGEST_EXPONENT = 88.4;

/** Added to a number of few bits: what is left of a float32's are the nearest whole number's, and 127. */
const ROUNDING = 1.5 * 2 ** 23 + 127;

/** The exponential as a function's body has it. */
export interface Exponential {
  /** Its constants; to be written before any loop: made anew in each turn they would cost as much as the rest. */
  readonly prepare: Statement;
  /** Sets `to` to e^x. */
  write(to: Local<"v128">, x: Value<"v128">): Statement;
}

/**
 * e^x as 2^n e^r with n a whole number and |r| <= ln(2) / 2, and e^r by its series up to r^7, which leaves out
 * less than a float32's rounding.
 */
export function exponential(local: MakeLocal, multiplyAdd: MultiplyAdd): Exponential {
  const given = local("v128"), bits = local("v128"), n = local("v128"), r = local("v128");
  const prepared: Statement[] = [];
  const constant = (value: number): Local<"v128"> => {
    const kept = local("v128");
    prepared.push(kept.set(f32x4.constant(value)));
    return kept;
  };
  // ln 2 in two parts, the first with few enough bits that n times it is exact.
  const high = 0.693359375;
  const least = constant(LEAST_EXPONENT), largest = constant(LARGEST_EXPONENT);
  const log2e = constant(Math.LOG2E), rounding = constant(ROUNDING);
  const minusHigh = constant(-high), minusLow = constant(high - Math.LN2);
  const [first, ...series] = [5040, 720, 120, 24, 6, 2, 1, 1].map((x) => constant(1 / x));
  return {
    prepare: block(prepared),
    write: (to, x) =>
      block(
        given.set(x),
        r.set(f32x4.min(f32x4.max(given, least), largest)),
        bits.set(multiplyAdd(r, log2e, rounding)),
        n.set(f32x4.sub(bits, rounding)),
        r.set(multiplyAdd(n, minusHigh, r)),
        r.set(multiplyAdd(n, minusLow, r)),
        to.set(first!),
        series.map((coefficient) => to.set(multiplyAdd(to, r, coefficient))),
        // The exponent of a float32 is its bits from 23 on, less 127.
        to.set(f32x4.without(
          f32x4.mul(to, f32x4.shiftLeft(bits, 23)),
          f32x4.less(given, least),
        )),
      ),
  };
}
