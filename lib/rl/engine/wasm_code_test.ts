import { assertEquals } from "@std/assert";
import {
  block,
  f32,
  f32x4,
  i32,
  increase,
  loopOver,
  loopWhile,
  type MultiplyAdd,
  relaxedMultiplyAdd,
  roundedMultiplyAdd,
  type Statement,
  when,
} from "./wasm_code.ts";
import { ModuleCode } from "./wasm_functions.ts";
import { addProduct, PRODUCT_SCRATCH_BYTES } from "./wasm_product_code.ts";

/** A module over a memory of its own, and the memory's numbers. */
function start(module: ModuleCode) {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const made = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
    env: { memory },
  });
  return {
    heap: new Float32Array(memory.buffer),
    run: made.exports as Record<string, (...given: number[]) => void>,
  };
}

/** Runs one function over the heap that begins with `given`, and gives the first numbers behind it. */
function runOnce(given: number[], count: number, write: (module: ModuleCode) => void): number[] {
  const module = new ModuleCode();
  write(module);
  const { heap, run } = start(module);
  heap.set(given);
  run["main"]!(0);
  return [...heap.subarray(0, count)];
}

Deno.test("constants of every length, and counts, come out as they went in", () => {
  const values = [0, 1, 63, 64, 127, 128, 8191, 8192, 1 << 23, -1, -64, -65, -8193];
  const found = runOnce(
    [],
    values.length,
    (module) =>
      module.add(
        "main",
        { at: "i32" },
        ({ at }) => block(values.map((x, i) => f32.store(at, f32.fromI32(x), 4 * i))),
      ),
  );
  assertEquals(found, values);
});

Deno.test("loops, conditions and calls", () => {
  const found = runOnce([], 4, (module) => {
    const put = module.add(
      "put",
      { to: "i32", x: "i32" },
      ({ to, x }) => f32.store(to, f32.fromI32(x)),
    );
    module.add("main", { at: "i32" }, ({ at }, local) => {
      const i = local("i32"), sum = local("i32"), left = local("i32");
      const add = (x: Statement): Statement => block(sum.set(i32.constant(0)), x);
      return block(
        // 3 + 5 + 7.
        add(loopOver(i, 3, 9, 2, increase(sum, i))),
        put({ to: at, x: sum }),
        // No turn at all.
        add(loopOver(i, 3, 3, 1, increase(sum, 1))),
        put({ to: i32.add(at, 4), x: sum }),
        left.set(i32.constant(5)),
        add(loopWhile(
          i32.ge(left, 1),
          block(
            when(i32.eq(i32.rem(left, 2), 0), increase(sum, 10), increase(sum, 1)),
            increase(left, -1),
          ),
        )),
        put({ to: i32.add(at, 8), x: sum }),
        put({ to: i32.add(at, 12), x: i32.min(i32.div(17, 3), i32.and(12, 6)) }),
      );
    });
  });
  assertEquals(found, [15, 0, 23, 4]);
});

Deno.test("vectors: arithmetic, lanes, and the first number beside NaN", () => {
  const found = runOnce(
    [1, 2, 3, 4, 10, 20, NaN, -8],
    16,
    (module) =>
      module.add("main", { at: "i32" }, ({ at }) => {
        const a = f32x4.load(at), b = f32x4.load(at, 16);
        return block(
          f32x4.store(at, f32x4.sub(f32x4.mul(a, b), f32x4.constant(0.5)), 32),
          f32x4.store(at, f32x4.max(a, b), 48),
          f32x4.store(at, f32x4.shuffle(a, b, [3, 0, 7, 4])),
        );
      }),
  );
  assertEquals(found.slice(8, 12), [9.5, 39.5, NaN, -32.5]);
  assertEquals(found.slice(12), [10, 20, 3, 4]);
  assertEquals(found.slice(0, 4), [4, 1, -8, 10]);
});

Deno.test("products with each rounding are sums from the first term to the last", () => {
  const [rows, inner, columns] = [5, 300, 11];
  const exact = (multiplyAdd: MultiplyAdd): Float32Array => {
    const module = new ModuleCode();
    addProduct(module, multiplyAdd);
    const { heap, run } = start(module);
    const left = PRODUCT_SCRATCH_BYTES, right = left + 4 * rows * inner;
    const to = right + 4 * inner * columns;
    for (let i = 0; i < inner * (rows + columns); i++) heap[left / 4 + i] = Math.sin(i * i);
    run["product"]!(left, right, to, 1, 0, 0, rows, inner, columns, 0, 0, 0);
    const found = heap.slice(to / 4, to / 4 + rows * columns);
    found.forEach((value, at) => {
      const row = Math.floor(at / columns), column = at % columns;
      let twice = 0, once = 0;
      for (let k = 0; k < inner; k++) {
        const product = heap[left / 4 + row * inner + k]! * heap[right / 4 + k * columns + column]!;
        twice = Math.fround(twice + Math.fround(product));
        // A product of two float32 is exact in float64; the sum's second rounding is all but never seen.
        once = Math.fround(once + product);
      }
      const isOnce = multiplyAdd === relaxedMultiplyAdd && value !== twice;
      assertEquals(value, isOnce ? once : twice, `row ${row}, column ${column}`);
    });
    return found;
  };
  exact(roundedMultiplyAdd);
  exact(relaxedMultiplyAdd);
});
