/**
 * What an arm's process tells its parent, as JSON lines on standard output.
 *
 * @module
 */

/** How far an arm is. Durations in milliseconds, lengths in tokens. */
export type ArmMessage =
  | { readonly kind: "started"; readonly step: number; readonly steps: number }
  | {
    readonly kind: "step";
    readonly step: number;
    readonly steps: number;
    readonly stepMs: number;
    readonly reward: number;
    readonly accuracy: number;
    readonly meanLength: number;
  }
  /** Something that is wrong with the training has begun or ended, as a sentence with the step. */
  | { readonly kind: "diagnosis"; readonly sentence: string }
  | { readonly kind: "evaluated"; readonly done: number; readonly total: number };

/** Begins every message, so that what libraries print is not taken for one. */
const MARK = "@terse ";

/** A message as a line, with its line end. */
export function formatMessage(message: ArmMessage): string {
  return `${MARK}${JSON.stringify(message)}\n`;
}

/** The message in a line (without its line end), or null if the line is anything else. */
export function parseMessage(line: string): ArmMessage | null {
  if (!line.startsWith(MARK)) return null;
  try {
    return JSON.parse(line.slice(MARK.length)) as ArmMessage;
  } catch {
    return null;
  }
}
