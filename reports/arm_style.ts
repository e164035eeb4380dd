/**
 * How an arm looks, the same in every chart: a colour, a dash and a point shape, so that no arm is
 * told from another by colour alone.
 *
 * @module
 */

import type { ExperimentFile } from "./run_types.ts";

/** Colour, line and point of one arm. */
export interface ArmStyle {
  readonly color: string;
  /** Dash lengths in pixels; empty for a solid line. */
  readonly dash: readonly number[];
  /** A point shape that Vega knows. */
  readonly shape: string;
}

const BASELINE: ArmStyle = { color: "#8a9099", dash: [2, 2], shape: "square" };
const REFERENCE: ArmStyle = { color: "#222a35", dash: [], shape: "circle" };

// Differences of at least 11 in CIELAB between any two, also as seen with protanopia and deuteranopia
// (Machado et al. 2009); contrast with white of at least 2.8.
const COLORS = ["#0b4f9e", "#e67e00", "#119977", "#c0399b", "#3f9bd6", "#7a2318"];
const DASHES = [[], [7, 3], [2, 3], [7, 3, 2, 3]];
const SHAPES = ["triangle-up", "diamond", "cross", "triangle-down", "square", "triangle-right"];

/**
 * The style of each arm by name. The policy before training is grey, the reference nearly black; the
 * others take the palette in the order of their declaration.
 *
 * @example
 * ```ts
 * import { styleArms } from "./arm_style.ts";
 * import { assertNotEquals } from "@std/assert";
 * const arms = ["start", "none", "exact"].map((name) => ({ name, title: name, description: "" }));
 * const styles = styleArms({ arms, baselineArm: "start", referenceArm: "none" });
 * assertNotEquals(styles.get("none")?.color, styles.get("exact")?.color);
 * ```
 */
export function styleArms(
  experiment: Pick<ExperimentFile, "arms" | "baselineArm" | "referenceArm">,
): ReadonlyMap<string, ArmStyle> {
  const styles = new Map<string, ArmStyle>();
  let next = 0;
  for (const { name } of experiment.arms) {
    if (name === experiment.baselineArm) styles.set(name, BASELINE);
    else if (name === experiment.referenceArm) styles.set(name, REFERENCE);
    else {
      styles.set(name, {
        color: COLORS[next % COLORS.length]!,
        dash: DASHES[Math.floor(next / COLORS.length) % DASHES.length]!,
        shape: SHAPES[next % SHAPES.length]!,
      });
      next++;
    }
  }
  return styles;
}
