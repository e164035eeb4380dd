/**
 * What was wrong with the training of the arms, in the run's own sentences.
 *
 * @module
 */

import { formatNumber } from "../format.ts";
import type { Section } from "../page/page_parts.ts";
import { plainTable } from "../page/plain_table.ts";
import type { Run } from "../read_run.ts";

/** Sentences shown of one seed; a training that wavers around a limit has many. */
const SENTENCES_OF_A_SEED = 12;

const LOOKED_FOR =
  "accuracy or length that falls to nothing, groups whose rewards are all equal, truncation that leaves " +
  "nothing to learn from, entropy that is spent, a KL that runs away, a sampler that disagrees with the " +
  "trainer, and updates that were skipped because the loss or the gradient was not finite";

/** The section; none for a run of before diagnoses were written. */
export function diagnosisSection(run: Run): Section[] {
  const rows: string[][] = [];
  let isLookedAt = false;
  for (const { name, seeds } of run.arms) {
    for (const { seed, diagnoses } of seeds) {
      if (diagnoses === null) continue;
      isLookedAt = true;
      for (const { sentence } of diagnoses.slice(0, SENTENCES_OF_A_SEED)) {
        rows.push([name, formatNumber(seed), sentence]);
      }
      const rest = diagnoses.length - SENTENCES_OF_A_SEED;
      if (rest > 0) {
        rows.push([name, formatNumber(seed), `${formatNumber(rest)} more in its diagnoses.jsonl.`]);
      }
    }
  }
  if (!isLookedAt) return [];
  const body = rows.length === 0
    ? `<p>Nothing was found in any step of any arm. Looked for: ${LOOKED_FOR}.</p>`
    : `<p>Looked for in every step: ${LOOKED_FOR}. Each is told where it begins and where it ` +
      `ends.</p>${plainTable(["arm", "seed", "<diagnosis"], rows)}`;
  return [{ id: "diagnoses", title: "Diagnoses of the training", short: "Diagnoses", body }];
}
