/**
 * Outlines of the point shapes that Vega draws, for keys outside of charts.
 *
 * @module
 */

const PATHS: Readonly<Record<string, string>> = {
  circle: "M4.5 0A4.5 4.5 0 1 1-4.5 0A4.5 4.5 0 1 1 4.5 0Z",
  square: "M-4-4H4V4H-4Z",
  diamond: "M0-5.4L5.4 0L0 5.4L-5.4 0Z",
  cross: "M-5-1.7H-1.7V-5H1.7V-1.7H5V1.7H1.7V5H-1.7V1.7H-5Z",
  "triangle-up": "M0-5L5 4H-5Z",
  "triangle-down": "M0 5L5-4H-5Z",
  "triangle-right": "M5 0L-4 5V-5Z",
};

/** SVG path of a shape of about 10 pixels around the origin; a circle for a name it does not know. */
export function pointPath(shape: string): string {
  return PATHS[shape] ?? PATHS.circle!;
}
