/**
 * Sizes that vary little, so that few graphs serve many batches.
 *
 * @module
 */
import { compiles } from "./compile.ts";

/** Smallest distance of two bucket sizes. */
const SMALLEST_STEP = 16;

/**
 * The size to pad `size` to: a multiple of a sixteenth to an eighth of it where the engine compiles, at
 * most an eighth more; `size` itself where it does not, as padding then costs and spares nothing.
 */
export function bucketSize(size: number): number {
  if (!compiles()) return size;
  const step = Math.max(SMALLEST_STEP, 2 ** Math.floor(Math.log2(size)) / 8);
  return Math.ceil(size / step) * step;
}
