/**
 * The suites that golden cases belong to, and the files that hold them.
 *
 * @module
 */
import { goldenKind, runGoldenCase } from "@terse/rewards";
import { type GrpoGoldenCase, isGrpoGoldenCase, runGrpoGoldenCase } from "../lib/rl/grpo/golden.ts";

/** Golden cases of one kind and how they are run. */
export interface GoldenSuite {
  readonly name: string;
  /** Whether a case, told from its content, belongs to the suite. */
  readonly owns: (caseObject: unknown) => boolean;
  /** One line for each value that differs; none if the case passes. */
  readonly findDifferences: (
    caseObject: unknown,
  ) => readonly string[] | Promise<readonly string[]>;
}

/** In the order in which they are asked whether a case is theirs. */
export const SUITES: readonly GoldenSuite[] = [
  {
    name: "rewards and metrics",
    owns: (caseObject) => goldenKind(caseObject) !== null,
    findDifferences: (caseObject) => runGoldenCase(caseObject).differences,
  },
  {
    name: "GRPO mathematics",
    owns: isGrpoGoldenCase,
    findDifferences: async (caseObject) =>
      (await runGrpoGoldenCase(caseObject as GrpoGoldenCase)).differences,
  },
];

/**
 * The cases in a file's text: a JSON object `{ cases }`, or JSON lines. Blank lines, a byte order mark and
 * either line ending do not matter.
 *
 * @throws {SyntaxError} naming the file and the first line that is not JSON.
 *
 * @example
 * ```ts
 * import { parseGoldenCases } from "./golden_suites.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseGoldenCases('{"id":1}\r\n\n{"id":2}\n', "two.jsonl"), [{ id: 1 }, { id: 2 }]);
 * assertEquals(parseGoldenCases('{"about":"",\n"cases":[3]}', "one.json"), [3]);
 * ```
 */
export function parseGoldenCases(text: string, path: string): readonly unknown[] {
  const whole = parseWhole(text.replace(/^\ufeff/, ""));
  if (Array.isArray(whole)) return whole;
  if (typeof whole === "object" && whole !== null && "cases" in whole) {
    if (Array.isArray(whole.cases)) return whole.cases;
    throw new SyntaxError(
      `Cannot read ${path}: cases must be a list: current value is ${typeof whole.cases}`,
    );
  }
  return text.replace(/^\ufeff/, "").split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      throw new SyntaxError(
        `Cannot read ${path}: line ${i + 1} must be JSON: ${(error as Error).message}`,
      );
    }
  });
}

/** The text as one JSON value; undefined if it is none. */
function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Differences of one case. A case that cannot be run differs by its error, so that the rest still runs. */
export async function findDifferences(
  caseObject: unknown,
  suites: readonly GoldenSuite[] = SUITES,
): Promise<readonly string[]> {
  const suite = suites.find(({ owns }) => owns(caseObject));
  if (suite === undefined) {
    const fields = typeof caseObject === "object" && caseObject !== null
      ? `its fields are ${Object.keys(caseObject).join(", ")}`
      : `it is ${JSON.stringify(caseObject)}`;
    const names = suites.map(({ name }) => name).join(", ");
    return [`the case must belong to one of the suites ${names}: ${fields}`];
  }
  try {
    return await suite.findDifferences(caseObject);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
