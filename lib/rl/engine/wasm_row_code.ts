/**
 * RMSNorm and its gradients, and rotation, row by row; SwiGLU's gate and its gradients, number by number.
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
import type { MakeLocal, ModuleCode } from "./wasm_functions.ts";
import { byFours, byRows, type Exponential, exponential, laneSum } from "./wasm_vector_code.ts";

/** Sets `to` to 1 / sqrt(mean(x^2) + epsilon) of a row, four times. */
function inverseRms(
  to: Local<"v128">,
  row: Int,
  width: Int,
  epsilon: Value<"f32">,
  local: MakeLocal,
  multiplyAdd: MultiplyAdd,
): Statement {
  const sum = local("v128"), x = local("v128");
  const mean = f32.div(laneSum(sum), f32.fromI32(width));
  return block(
    sum.set(f32x4.constant(0)),
    byFours(
      width,
      local,
      ({ load, own }) => block(x.set(own(load(row))), sum.set(multiplyAdd(x, x, sum))),
    ),
    to.set(f32x4.splat(f32.div(f32.constant(1), f32.sqrt(f32.add(mean, epsilon))))),
  );
}

/** Adds `rmsNorm` and `rmsNormGradient` of rows `[rows, width]`; the gradient of the weight is added to `dWeight`. */
export function addRmsNorm(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  module.add(
    "rmsNorm",
    { x: "i32", weight: "i32", to: "i32", rows: "i32", width: "i32", epsilon: "f32" },
    ({ x, weight, to, rows, width, epsilon }, local) => {
      const inverse = local("v128");
      return byRows(
        rows,
        width,
        [x, to],
        block(
          inverseRms(inverse, x, width, epsilon, local, multiplyAdd),
          byFours(
            width,
            local,
            ({ load, store }) => store(to, f32x4.mul(f32x4.mul(load(x), inverse), load(weight))),
          ),
        ),
      );
    },
  );
  module.add(
    "rmsNormGradient",
    {
      x: "i32",
      weight: "i32",
      dy: "i32",
      dx: "i32",
      dWeight: "i32",
      rows: "i32",
      width: "i32",
      epsilon: "f32",
    },
    ({ x, weight, dy, dx, dWeight, rows, width, epsilon }, local) => {
      const inverse = local("v128"), sum = local("v128"), projection = local("v128");
      const normed = local("v128"), slope = local("v128");
      return byRows(
        rows,
        width,
        [x, dy, dx],
        block(
          inverseRms(inverse, x, width, epsilon, local, multiplyAdd),
          sum.set(f32x4.constant(0)),
          byFours(width, local, ({ load, store, own }) =>
            block(
              normed.set(f32x4.mul(load(x), inverse)),
              slope.set(load(dy)),
              store(dWeight, multiplyAdd(slope, normed, load(dWeight))),
              sum.set(multiplyAdd(own(f32x4.mul(slope, load(weight))), normed, sum)),
            )),
          projection.set(f32x4.splat(f32.div(laneSum(sum), f32.fromI32(width)))),
          byFours(width, local, ({ load, store }) =>
            block(
              normed.set(f32x4.mul(load(x), inverse)),
              slope.set(f32x4.mul(load(dy), load(weight))),
              store(dx, f32x4.mul(inverse, f32x4.sub(slope, f32x4.mul(normed, projection)))),
            )),
        ),
      );
    },
  );
}

/**
 * Adds `rotate`: heads of rows `[rows, heads, width]` by a row's `cosines` and `sines [rows, width]`, of which
 * both halves are the same; with the sign -1 backwards, which is the gradient too.
 */
export function addRotation(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  module.add(
    "rotate",
    {
      x: "i32",
      cosines: "i32",
      sines: "i32",
      to: "i32",
      rows: "i32",
      heads: "i32",
      width: "i32",
      sign: "f32",
    },
    ({ x, cosines, sines, to, rows, heads, width, sign }, local) => {
      const half = local("i32"),
        head = local("i32"),
        bytes = local("i32"),
        halfBytes = local("i32");
      const sine = local("v128"), cosine = local("v128"), signs = local("v128");
      const first = local("v128"), second = local("v128");
      const zero = f32x4.constant(0);
      const oneHead = byFours(half, local, ({ load, store }) =>
        block(
          first.set(load(x)),
          second.set(load(i32.add(x, halfBytes))),
          cosine.set(load(cosines)),
          sine.set(f32x4.mul(load(sines), signs)),
          store(to, multiplyAdd(f32x4.sub(zero, second), sine, f32x4.mul(first, cosine))),
          store(
            i32.add(to, halfBytes),
            multiplyAdd(first, sine, f32x4.mul(second, cosine)),
          ),
        ));
      return block(
        signs.set(f32x4.splat(sign)),
        half.set(i32.div(width, 2)),
        halfBytes.set(i32.mul(half, 4)),
        bytes.set(i32.mul(width, 4)),
        loopWhile(
          i32.ge(rows, 1),
          block(
            head.set(heads),
            loopWhile(
              i32.ge(head, 1),
              block(oneHead, increase(x, bytes), increase(to, bytes), increase(head, -1)),
            ),
            increase(cosines, bytes),
            increase(sines, bytes),
            increase(rows, -1),
          ),
        ),
      );
    },
  );
}

/** The sigmoid, 1 / (1 + e^-x), as a function's body has it. */
function sigmoid(local: MakeLocal, multiplyAdd: MultiplyAdd): Exponential {
  const e = exponential(local, multiplyAdd);
  return {
    prepare: e.prepare,
    write: (to, x) =>
      block(
        e.write(to, f32x4.sub(f32x4.constant(0), x)),
        to.set(f32x4.div(f32x4.constant(1), f32x4.add(f32x4.constant(1), to))),
      ),
  };
}

/** Adds `exp`, `swiglu` and `swigluGradient` of lists of `count` numbers. */
export function addGate(module: ModuleCode, multiplyAdd: MultiplyAdd): void {
  module.add("exp", { x: "i32", to: "i32", count: "i32" }, ({ x, to, count }, local) => {
    const result = local("v128"), e = exponential(local, multiplyAdd);
    return block(
      e.prepare,
      byFours(
        count,
        local,
        ({ load, store }) => block(e.write(result, load(x)), store(to, result)),
      ),
    );
  });
  module.add(
    "swiglu",
    { gate: "i32", up: "i32", to: "i32", count: "i32" },
    ({ gate, up, to, count }, local) => {
      const x = local("v128"), s = local("v128"), gateOf = sigmoid(local, multiplyAdd);
      return block(
        gateOf.prepare,
        byFours(count, local, ({ load, store }) =>
          block(
            x.set(load(gate)),
            gateOf.write(s, x),
            store(to, f32x4.mul(f32x4.mul(x, s), load(up))),
          )),
      );
    },
  );
  module.add(
    "swigluGradient",
    { gate: "i32", up: "i32", dy: "i32", dGate: "i32", dUp: "i32", count: "i32" },
    ({ gate, up, dy, dGate, dUp, count }, local) => {
      const x = local("v128"), s = local("v128"), silu = local("v128"), slope = local("v128");
      const gateOf = sigmoid(local, multiplyAdd);
      return block(
        gateOf.prepare,
        byFours(count, local, ({ load, store }) =>
          block(
            x.set(load(gate)),
            gateOf.write(s, x),
            silu.set(f32x4.mul(x, s)),
            slope.set(f32x4.add(s, f32x4.sub(silu, f32x4.mul(silu, s)))),
            x.set(load(dy)),
            store(dUp, f32x4.mul(x, silu)),
            store(dGate, f32x4.mul(f32x4.mul(x, load(up)), slope)),
          )),
      );
    },
  );
}
