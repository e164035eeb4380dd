/**
 * `deno task bench:rewards`: completions scored a second on one core, side by side with the same rules in
 * Python (nltk and rouge-score from PyPI), and what hostile completions cost. Rounds alternate, figures are
 * medians; on Linux both sides run on the same core.
 *
 * @module
 */
import {
  answerReward,
  asReleased,
  extractAnswer,
  formatReward,
  lengthExact,
  lengthMaximum,
  mergeScore,
  openTextScores,
  type RewardComponent,
  rougeLScore,
  scoreBatch,
  scoreReleased,
  splitSolution,
} from "@terse/rewards";
import { fileURLToPath } from "node:url";
import { batchOf } from "./bench_rewards/batch.ts";
import { hostileCosts } from "./bench_rewards/hostile.ts";
import { type BenchItem, makeItems, recordOf } from "./bench_rewards/items.ts";
import { startPeer } from "./bench_rewards/peer.ts";
import { ensureEnvironment, environmentProgram } from "./python_environment.ts";

const NLTK = { name: "nltk", packages: ["nltk==3.9.1", "rouge-score==0.1.2"] };
const SCRIPT = fileURLToPath(new URL("./peers/reward_speed.py", import.meta.url));

const ROUNDS = 9;
const WARM_UP_ROUNDS = 10;
const COMPLETIONS = 200;
const COMPLETION_CHARACTERS = 1000;
const ANSWER_WORDS = 60;
/** Times as fast as Python that the project asks of itself. */
const BAR = 20;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Format, answer by Merge, ROUGE-L and length, by the released rules: what the peer computes. */
function scoreAsReleased(item: BenchItem) {
  const solution = item.prompt + item.completion;
  const { usedTokens } = item;
  const { total } = scoreReleased(
    solution,
    {
      dataSource: "medical-o1-reasoning-SFT",
      groundTruth: item.reference,
      lower: null,
      upper: null,
    },
    asReleased.settings,
    { numTokens: item.budgetTokens, usedTokens },
  );
  const { answer } = splitSolution(solution);
  return { total, rougeL: rougeLScore(item.reference, answer ?? "") };
}

/** The same four under the corrected rules, as a training step asks for them, with every text score. */
function correctedComponents(): RewardComponent[] {
  return [
    { name: "format", weight: 1, reward: formatReward() },
    { name: "answer", weight: 1, reward: answerReward() },
    { name: "length", weight: 1, reward: lengthExact({ gate: "answered" }) },
    {
      name: "open_text",
      weight: 0,
      reward: ({ completions, records }) =>
        completions.map((text, i) => {
          const { gold } = records[i]!;
          const answer = extractAnswer(text);
          if (gold.kind !== "open" || answer === null) return null;
          return Number(openTextScores(gold.answer, answer).f1Fraction);
        }),
    },
  ];
}

/** Starts this program again on the machine's last core; false where that cannot be done. */
async function runPinned(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.env.has("TERSE_PINNED")) return false;
  try {
    const core = String(navigator.hardwareConcurrency - 1);
    const { success } = await new Deno.Command("taskset", {
      args: ["-c", core, Deno.execPath(), "run", "-A", fileURLToPath(import.meta.url)],
      env: { TERSE_PINNED: core },
    }).spawn().status;
    if (!success) Deno.exit(1);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Largest difference from the peer's totals and Merge scores. */
function worstDifference(items: readonly BenchItem[], values: string): number {
  const theirs = JSON.parse(values) as { total: number; merge: number }[];
  return Math.max(...items.map((item, i) => {
    const { answer } = splitSolution(item.prompt + item.completion);
    return Math.max(
      Math.abs(scoreAsReleased(item).total - theirs[i]!.total),
      Math.abs(mergeScore(item.reference, answer!) - theirs[i]!.merge),
    );
  }));
}

async function measureSpeed(): Promise<void> {
  const items = makeItems(COMPLETIONS, COMPLETION_CHARACTERS, ANSWER_WORDS);
  const records = items.map(recordOf);
  const batch = batchOf(items.map(({ completion }) => completion), records, {
    prompts: items.map(({ prompt }) => prompt),
    completionIds: items.map(({ usedTokens }) => Array<number>(usedTokens).fill(0)),
  });
  const components = correctedComponents();
  const sides: Record<string, () => Promise<void> | void> = {
    "terse, as released": () => items.forEach(scoreAsReleased),
    "terse, corrected": async () => void await scoreBatch(components, batch),
  };
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, JSON.stringify(items));
  const peer = startPeer(environmentProgram(NLTK, "python"), [SCRIPT, path]);
  const difference = worstDifference(items, await peer.read());
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const side of Object.values(sides)) await side();
  }
  const seconds: Record<string, number[]> = { "Python": [] };
  for (let round = 0; round < ROUNDS; round++) {
    peer.ask();
    seconds["Python"]!.push(Number(await peer.read()));
    for (const [name, side] of Object.entries(sides)) {
      const start = performance.now();
      await side();
      (seconds[name] ??= []).push((performance.now() - start) / 1000);
    }
  }
  await peer.close();
  await Deno.remove(path);
  console.log(
    `${COMPLETIONS} completions of ${COMPLETION_CHARACTERS} characters, answers of ${ANSWER_WORDS} ` +
      `words: format, answer (EMS, BLEU), ROUGE-L and length; medians of ${ROUNDS} alternating rounds` +
      (Deno.env.has("TERSE_PINNED") ? " on one core" : ""),
  );
  console.log(`largest difference of released totals and Merge scores: ${difference}`);
  const python = median(seconds["Python"]!);
  for (const [name, times] of Object.entries(seconds)) {
    const ratio = python / median(times);
    const verdict = name === "Python"
      ? ""
      : `  ${ratio >= BAR ? "reaches" : "MISSES"} ${BAR} times`;
    console.log(
      `${name.padEnd(18)} ${
        Math.round(COMPLETIONS / median(times)).toLocaleString("en").padStart(8)
      }` +
        ` completions/s  ${ratio.toFixed(1).padStart(6)} x${verdict}`,
    );
  }
}

async function measureHostile(): Promise<void> {
  const records = makeItems(1, COMPLETION_CHARACTERS, ANSWER_WORDS).map(recordOf);
  const gold = [
    { kind: "choice", letter: "C" },
    { kind: "calculation", answer: "5", lower: 4, upper: 6, output: "decimal" },
    { kind: "calculation", answer: "12/07/2021", lower: null, upper: null, output: "date" },
    {
      kind: "calculation",
      answer: "('1 weeks', '6 days')",
      lower: null,
      upper: null,
      output: "weeks_days",
    },
  ] as const;
  records.push(...gold.map((answer) => ({
    ...records[0]!,
    options: answer.kind === "choice" ? { A: "salt", B: "chalk (dry)", C: "insulin vials" } : null,
    gold: answer,
  })));
  const components: RewardComponent[] = [
    ...correctedComponents(),
    { name: "length_maximum", weight: 1, reward: lengthMaximum({ gate: "correct" }) },
    { name: "format_as_released", weight: 1, reward: formatReward(asReleased) },
    { name: "answer_as_released", weight: 1, reward: answerReward(asReleased) },
  ];
  console.log("\nhostile completions of 1 MB, the slowest for each reward:");
  for (const { component, piece, worstMs } of await hostileCosts(components, records)) {
    console.log(`${component.padEnd(20)} ${worstMs.toFixed(1).padStart(7)} ms/MB  ${piece}`);
  }
}

await ensureEnvironment(NLTK);
if (!await runPinned()) {
  await measureSpeed();
  await measureHostile();
}
