/**
 * What a run was trained on, as one number.
 *
 * @module
 */

import { canonicalJson, sha256Hex } from "./canonical_json.ts";
import type { QuestionRecord } from "./record.ts";

/**
 * SHA-256 of the records' canonical JSON, one a line: the same for the same records in the same
 * order, splits included, whatever file they came from.
 *
 * @returns 64 lower-case hexadecimal digits.
 *
 * @example
 * ```ts
 * import { hashRecords } from "@terse/data";
 * import { assertMatch } from "@std/assert";
 * assertMatch(await hashRecords([]), /^[0-9a-f]{64}$/);
 * ```
 */
export function hashRecords(records: readonly QuestionRecord[]): Promise<string> {
  return sha256Hex(records.map((record) => canonicalJson({ ...record })).join("\n"));
}
