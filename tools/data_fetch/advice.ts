/**
 * What to do where a set cannot be fetched.
 *
 * @module
 */

import { HUB_URL, HubApiError } from "./hub.ts";
import type { HubSet } from "./sets.ts";

/** How to get credentialed data, which no command fetches. */
export const EHRNOTEQA_ADVICE =
  `Cannot fetch EHRNoteQA: it is PhysioNet credentialed data and is never fetched or passed on.
  1. Get access to EHRNoteQA 1.0.1 (https://physionet.org/content/ehr-notes-qa-llms/1.0.1/) and to
     MIMIC-IV-Note (https://physionet.org/content/mimic-iv-note/): training, data use agreement.
  2. Download it under your own account and join note_1 to note_3 from MIMIC-IV-Note by patient_id.
  3. Give the file by its path: deno task data:validate PATH, deno task ablate --data PATH.
  Do not share the file, or prompts, completions or reports that quote it.`;

/** Which files to place where, for a machine that does not reach the hub. */
export function describeByHand(set: HubSet, revision: string, folder: string): string {
  const files = set.files.map((patterns) =>
    `       ${folder}/${patterns[0]}` +
    (patterns.length > 1 ? `   (or what is there of ${patterns.slice(1).join(", ")})` : "")
  );
  return [
    "To place the files by hand:",
    `  1. On a machine with network open ${HUB_URL}/datasets/${set.repo}/tree/${revision}`,
    `     (licence ${set.licence}).`,
    "  2. Download these files, keeping their paths:",
    ...files,
    `  3. deno task data:validate ${folder}/...`,
  ].join("\n");
}

/** Error texts of causes, outermost first: fetch hides the reason in them. */
function causesOf(error: unknown): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) {
    if (at.message !== "") texts.push(at.message);
  }
  return texts.join(": ") || String(error);
}

/** What went wrong and what to do. */
export function explainFailure(
  error: unknown,
  set: HubSet,
  revision: string,
  folder: string,
  hubUrl: string,
): string {
  const begin = `Cannot fetch ${set.name} (${set.repo}, ${revision})`;
  if (error instanceof HubApiError) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403) {
      return `${begin}: the hub wants an account that may read it (status ${statusCode}). If the set's ` +
        `terms must be accepted, do so at ${HUB_URL}/datasets/${set.repo} and give your token in the ` +
        `variable HF_TOKEN; else the repository has been moved or made private.`;
    }
    if (statusCode === 404) {
      return `${begin}: the hub has no such repository, revision or file (status 404). Choose another ` +
        `--revision, or look at ${HUB_URL}/datasets/${set.repo}.`;
    }
    return `${begin}: the hub answers with status ${statusCode}. Run the same command again later; what ` +
      `was fetched is kept.`;
  }
  if (error instanceof TypeError || (error as Error).name === "AbortError") {
    return `${begin}: ${hubUrl} is not reached or was cut off: ${
      causesOf(error).slice(0, 300)
    }.\n` +
      `With network, run the same command again: what was fetched is kept and goes on where it ended.\n` +
      describeByHand(set, revision, folder);
  }
  return error instanceof Error ? error.message : String(error);
}
