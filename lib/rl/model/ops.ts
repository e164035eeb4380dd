/**
 * The operations of a decoder that need a gradient of their own: tfjs has none for them, or one whose
 * kernels are slow or missing on an engine.
 *
 * Shapes: M rows, D width, V vocabulary.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** The wasm kernel of MatMul is fast (XNNPACK) only for plain rank-2 products without transposes. */
function onlyPlainProductsAreFast(): boolean {
  return tf.getBackend() === "wasm";
}

function product(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean) {
  if (!onlyPlainProductsAreFast()) return tf.matMul(a, b, transposeA, transposeB);
  const left = transposeA ? tf.transpose(a) : a;
  const right = transposeB ? tf.transpose(b) : b;
  return tf.matMul(left, right);
}

/**
 * An operation with a gradient of its own. `forward` says what to keep, `backward` gives one gradient an
 * input, in order.
 */
function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: () => { value: T; saved: tf.Tensor[] },
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const op = tf.customGrad((...args: unknown[]) => {
    const save = args.at(-1) as (tensors: tf.Tensor[]) => void;
    const { value, saved } = forward();
    save(saved);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => backward(dy as T, kept) };
  });
  return op(...inputs) as T;
}

/**
 * Rank-2 product `a_M_K . b_K_N`, or `a_M_K . b_N_K^T` with `transposeB`.
 *
 * @example
 * ```ts
 * import { loadEngine, matMul } from "@terse/rl";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertEquals } from "@std/assert";
 * await loadEngine("wasm");
 * const y = matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]));
 * assertEquals(await y.array(), [[11]]);
 * ```
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeB = false): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [a, b],
    () => ({ value: product(a, b, false, transposeB) as tf.Tensor2D, saved: [a, b] }),
    (dy, saved) => {
      const [l, r] = saved as [tf.Tensor2D, tf.Tensor2D];
      return [
        product(dy, r, false, !transposeB),
        transposeB ? product(dy, l, true, false) : product(l, dy, true, false),
      ];
    },
  );
}

/** Rank-3 product without a gradient, batch by batch where the engine's batched kernel is the slow one. */
export function batchProduct(
  a: tf.Tensor3D,
  b: tf.Tensor3D,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor3D {
  const [batch] = a.shape;
  const [rows, inner] = transposeA ? [a.shape[2], a.shape[1]] : [a.shape[1], a.shape[2]];
  const columns = transposeB ? b.shape[1] : b.shape[2];
  // Below this many multiplications taking a matrix out costs more than the slow kernel's loop.
  if (!onlyPlainProductsAreFast() || rows * inner * columns < 65_536) {
    return tf.matMul(a, b, transposeA, transposeB);
  }
  const products: tf.Tensor2D[] = [];
  for (let i = 0; i < batch; i++) {
    products.push(product(matrixAt(a, i), matrixAt(b, i), transposeA, transposeB) as tf.Tensor2D);
  }
  return tf.reshape(tf.concat(products, 0), [batch, rows, columns]);
}

/** One matrix of a batch. */
function matrixAt(x: tf.Tensor3D, index: number): tf.Tensor2D {
  const [, rows, columns] = x.shape;
  return tf.reshape(tf.slice(x, [index, 0, 0], [1, rows, columns]), [rows, columns]);
}

/** Batched product over the leading axes of two rank-4 tensors: `[X, Y, M, K] . [X, Y, K, N]`. */
export function batchMatMul(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const [x, y, rows, inner] = a.shape;
  const columns = b.shape[3];
  return withGradient<tf.Tensor4D>(
    [a, b],
    () => {
      const l: tf.Tensor3D = tf.reshape(a, [x * y, rows, inner]);
      const r: tf.Tensor3D = tf.reshape(b, [x * y, inner, columns]);
      const value = batchProduct(l, r, false, false);
      return { value: tf.reshape(value, [x, y, rows, columns]) as tf.Tensor4D, saved: [l, r] };
    },
    (dy, saved) => {
      const [l, r] = saved as [tf.Tensor3D, tf.Tensor3D];
      const d: tf.Tensor3D = tf.reshape(dy, [x * y, rows, columns]);
      return [
        tf.reshape(batchProduct(d, r, false, true), [x, y, rows, inner]),
        tf.reshape(batchProduct(l, d, true, false), [x, y, inner, columns]),
      ];
    },
  );
}

/** How rows move between two layouts, e.g. without padding and with it; no row stands twice. */
export interface RowMove {
  /** For each row of the new layout the old row it takes, or the row of zeros behind the last. */
  readonly to_Y: tf.Tensor1D;
  /** The same the other way round. */
  readonly back_X: tf.Tensor1D;
}

/** Uploads a move. Indices of -1 stand for rows of zeros. */
export function rowMove(to: Int32Array, back: Int32Array): RowMove {
  const upload = (indices: Int32Array, zeroRow: number) =>
    tf.tensor1d(indices.map((index) => index < 0 ? zeroRow : index), "int32");
  return { to_Y: upload(to, back.length), back_X: upload(back, to.length) };
}

/** The move in the other direction. */
export function reverseMove({ to_Y, back_X }: RowMove): RowMove {
  return { to_Y: back_X, back_X: to_Y };
}

/** Moves rows: `[X, W]` to `[Y, W]`. */
export function moveRows(x: tf.Tensor2D, move: RowMove): tf.Tensor2D {
  const take = (rows: tf.Tensor2D, indices: tf.Tensor1D) =>
    tf.gather(tf.concat([rows, tf.zeros([1, rows.shape[1]])], 0) as tf.Tensor2D, indices);
  return withGradient<tf.Tensor2D>(
    [x],
    () => ({ value: take(x, move.to_Y), saved: [] }),
    (dy) => [take(dy, move.back_X)],
  );
}

/**
 * RMSNorm (Zhang & Sennrich, arXiv 1910.07467): `x / sqrt(mean(x^2) + eps) * weight`, row by row.
 * The gradient is written out: with r = 1/rms and g = dy * weight,
 * dx = r * (g - x * r^2 * mean(g * x)) and dweight = sum(dy * x * r).
 */
export function rmsNorm(x_M_D: tf.Tensor2D, weight_D: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x_M_D, weight_D],
    () => {
      const inverse_M_1 = tf.rsqrt(tf.add(tf.mean(tf.square(x_M_D), -1, true), epsilon));
      return {
        value: tf.mul(tf.mul(x_M_D, inverse_M_1), weight_D),
        saved: [x_M_D, weight_D, inverse_M_1],
      };
    },
    (dy, saved) => {
      const [x, weight, inverse] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
      const normed = tf.mul(x, inverse);
      const g = tf.mul(dy, weight);
      const projection = tf.mean(tf.mul(g, normed), -1, true);
      return [
        tf.mul(inverse, tf.sub(g, tf.mul(normed, projection))),
        tf.sum(tf.mul(dy, normed), 0),
      ];
    },
  );
}

/** SwiGLU's gate (Shazeer, arXiv 2002.05202): `silu(gate) * up`, with its gradient written out. */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [gate, up],
    () => {
      const s = tf.sigmoid(gate);
      return { value: tf.mul(tf.mul(gate, s), up), saved: [gate, up, s] };
    },
    (dy, saved) => {
      const [g, u, s] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const silu = tf.mul(g, s);
      // d silu / dg = s + silu * (1 - s)
      const slope = tf.add(s, tf.sub(silu, tf.mul(silu, s)));
      return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)];
    },
  );
}

/** Rows with a 1 at each id: `[M, V]`. Cast, because the wasm kernel writes integers whatever is asked. */
export function oneHotRows(ids_M: tf.Tensor1D, vocabSize: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(ids_M, vocabSize, 1, 0, "int32"), "float32") as tf.Tensor2D;
}

/** The gradient of an embedding table from those of the looked-up rows. */
export function embeddingGradient(
  dRows_M_D: tf.Tensor2D,
  ids_M: tf.Tensor1D,
  vocabSize: number,
): tf.Tensor2D {
  // The wasm engine has no UnsortedSegmentSum; its vocabularies are small enough for a product.
  if (!onlyPlainProductsAreFast()) {
    return tf.unsortedSegmentSum(dRows_M_D, ids_M, vocabSize) as tf.Tensor2D;
  }
  return tf.matMul(tf.transpose(oneHotRows(ids_M, vocabSize)), dRows_M_D);
}
