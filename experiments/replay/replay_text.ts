/**
 * A replay as text for the terminal.
 *
 * @module
 */

import { formatTable } from "../table.ts";
import type { ChangedSample, ComponentMeans } from "./compare.ts";
import type { Replay, ReplayedArm } from "./replay_run.ts";

/** Samples printed of each arm; the JSON file has more. */
const PRINTED_SAMPLES = 3;

/** Characters of a completion that are printed. */
const PRINTED_CHARACTERS = 160;

function number(value: number | null, digits = 3): string {
  return value === null ? "none" : value.toFixed(digits);
}

/** A model's text on one line: what could steer a terminal is escaped. */
function printable(text: string): string {
  const cut = text.length > PRINTED_CHARACTERS ? `${text.slice(0, PRINTED_CHARACTERS)}...` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sampleLines(sample: ChangedSample): string[] {
  const { step, promptId, sample: g, tokens, storedAdvantage, advantage, completion } = sample;
  return [
    `  step ${step}, ${printable(promptId)}, sample ${g}, ${tokens} tokens: advantage ` +
    `${number(storedAdvantage)} -> ${number(advantage)}, reward ${
      number(sample.storedReward)
    } -> ` +
    number(sample.reward),
    `    ${printable(completion)}`,
  ];
}

function armLines(arm: ReplayedArm): string[] {
  const means = ([name, { stored, replayed }]: [string, ComponentMeans]) => [
    name,
    number(stored),
    number(replayed),
  ];
  const rows = [["reward", arm.meanReward] as [string, ComponentMeans]]
    .concat(Object.entries(arm.components)).map(means);
  return [
    "",
    `${arm.arm} seed ${arm.seed}: ${arm.steps} steps, ${arm.groups} groups, ${arm.completions} completions`,
    `  rank correlation of advantages in a group  ${number(arm.meanRankCorrelation)} ` +
    `(${arm.groupsWithoutRanks} groups without)`,
    `  groups whose best completion changes       ${(100 * arm.shareBestChanges).toFixed(1)} %`,
    `  advantages that change their sign          ${(100 * arm.shareSignChanges).toFixed(1)} %`,
    ...(arm.failures === 0 ? [] : [`  scores that could not be had               ${arm.failures}`]),
    ...formatTable(["mean score", "stored", "replayed"], rows).split("\n").map((line) =>
      `  ${line}`
    ),
    ...arm.approximations.map((line) => `  note: ${line}`),
    ...arm.mostChanged.slice(0, PRINTED_SAMPLES).flatMap(sampleLines),
  ];
}

/** All lines of a replay. */
export function formatReplay(replay: Replay): string {
  return [
    `${replay.run} under ${replay.experiment}:${replay.arm}`,
    `rewards  ${replay.rewards.map(({ name, weight }) => `${weight} ${name}`).join(", ")}`,
    `mixture  ${JSON.stringify(replay.mixture)}`,
    ...replay.arms.flatMap(armLines),
    "",
    "What is approximate:",
    ...replay.approximations.map((line) => `- ${line}`),
  ].join("\n");
}
