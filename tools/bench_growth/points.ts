/**
 * Where the cost of a GRPO step is measured, and how it grows.
 *
 * @module
 */

/** What a step is measured against, one at a time. */
export type Axis = "completion length" | "group size" | "layers";

/** One step's shape. */
export interface GrowthShape {
  /** T, new tokens of every completion. */
  readonly newTokens: number;
  /** G. */
  readonly groupSize: number;
  readonly numLayers: number;
}

/** A shape's cost. */
export interface GrowthPoint extends GrowthShape {
  readonly axis: Axis;
  /** Median of the rounds. */
  readonly seconds: number;
  /** High-water mark of the process, which did nothing else. */
  readonly peakBytes: number;
}

const BASE: GrowthShape = { newTokens: 128, groupSize: 8, numLayers: 4 };

/** The key of a shape that an axis varies. */
export const AXIS_KEYS: Readonly<Record<Axis, keyof GrowthShape>> = {
  "completion length": "newTokens",
  "group size": "groupSize",
  "layers": "numLayers",
};

const AXIS_VALUES: Readonly<Record<Axis, readonly number[]>> = {
  "completion length": [64, 128, 256, 512, 1024],
  "group size": [4, 8, 16, 32],
  "layers": [2, 4, 8, 16],
};

/** All shapes by axis. */
export function growthShapes(): (GrowthShape & { readonly axis: Axis })[] {
  return (Object.keys(AXIS_VALUES) as Axis[]).flatMap((axis) =>
    AXIS_VALUES[axis].map((value) => ({ axis, ...BASE, [AXIS_KEYS[axis]]: value }))
  );
}

/** How a cost grows: 1 is linear, 2 quadratic. */
export interface Growth {
  /** Slope of the least-squares line through the logarithms of all points. */
  readonly exponent: number;
  /** The slope between the last two points, where constant costs weigh least. */
  readonly lastExponent: number;
}

/**
 * Fits `y = a x^exponent`.
 *
 * @param x positive, ascending; at least two values.
 * @param y positive, one for each x.
 */
export function fitGrowth(x: readonly number[], y: readonly number[]): Growth {
  const logX = x.map(Math.log), logY = y.map(Math.log);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [middleX, middleY] = [mean(logX), mean(logY)];
  const product = logX.map((value, i) => (value - middleX) * (logY[i]! - middleY));
  const square = logX.map((value) => (value - middleX) ** 2);
  const slope = (i: number, k: number) => (logY[k]! - logY[i]!) / (logX[k]! - logX[i]!);
  return {
    exponent: mean(product) / mean(square),
    lastExponent: slope(x.length - 2, x.length - 1),
  };
}
