/**
 * Names beside points, placed so that they cover neither points nor one another where that can be
 * helped.
 *
 * @module
 */

/** A point that gets a name; pixels, y downwards. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where a name stands: `x` is its left or right end as `align` says, `y` its middle. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "right";
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels that one character of an 11-pixel sans-serif takes on average. */
const CHARACTER_WIDTH = 6.1;
const HALF_HEIGHT = 7;
const POINT_RADIUS = 6;
const OFFSETS = [0, -11, 11, -20, 20, -30, 30, -40, 40];

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/**
 * Places names greedily, in the order of the points: each takes the position, among some to its right
 * and left, that covers least; the first of them if several cover nothing.
 *
 * @param points Points in pixels.
 * @param width Width of the plot, in pixels; names stay inside if any position allows it.
 * @param height Height of the plot, in pixels.
 * @param obstacles What else names should not cover.
 *
 * @example
 * ```ts
 * import { placeLabels } from "./place_labels.ts";
 * import { assertNotEquals } from "@std/assert";
 * const [a, b] = placeLabels([{ x: 50, y: 50, text: "a" }, { x: 50, y: 50, text: "b" }], 100, 100);
 * assertNotEquals([a?.x, a?.y], [b?.x, b?.y]);
 * ```
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  width: number,
  height: number,
  obstacles: readonly Box[] = [],
): PlacedLabel[] {
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - POINT_RADIUS,
    right: x + POINT_RADIUS,
    top: y - POINT_RADIUS,
    bottom: y + POINT_RADIUS,
  }));
  taken.push(...obstacles);
  return points.map(({ x, y, text }) => {
    const length = text.length * CHARACTER_WIDTH;
    const candidates = OFFSETS.flatMap((offset) =>
      (["left", "right"] as const).map((align) => {
        const start = align === "left" ? x + 10 : x - 10 - length;
        const middle = y + offset;
        return {
          x: align === "left" ? start : start + length,
          y: middle,
          align,
          box: {
            left: start,
            right: start + length,
            top: middle - HALF_HEIGHT,
            bottom: middle + HALF_HEIGHT,
          },
        };
      })
    );
    const cost = ({ box }: { box: Box }) => {
      const outside = Math.max(0, -box.left) + Math.max(0, box.right - width) +
        Math.max(0, -box.top) + Math.max(0, box.bottom - height);
      return taken.reduce((sum, other) => sum + overlap(box, other), outside * 50);
    };
    const best = candidates.reduce((kept, next) => cost(next) < cost(kept) ? next : kept);
    taken.push(best.box);
    return { x: best.x, y: best.y, align: best.align };
  });
}
