import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Budget } from "../budget.ts";
import type { QuestionRecord, Split } from "../record.ts";
import { type Chain, drawChain } from "./chain.ts";
import { generateQuestions } from "./questions.ts";
import { DEFAULT_STRATEGY_RATES, type StrategyRates } from "./strategy.ts";
import { countPieces, STYLES } from "./style.ts";

const NO_BUDGET: Budget = { mode: "none" };
const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];

interface Case {
  readonly record: QuestionRecord;
  readonly chain: Chain;
}

function draws(split: Split, count: number, budget = NO_BUDGET, draw = 0): Case[] {
  // Patients' cases have no chains.
  return generateQuestions({ seed: 5, split, count }).filter(({ context }) => context === "")
    .map((record) => ({ record, chain: drawChain(record, budget, { seed: 9, draw }) }));
}

/** What stands in the answer tags, judged here anew and not by the chain's own word. */
function isRight({ record, chain }: Case): boolean {
  const answer = /<answer>(.*)<\/answer>$/.exec(chain.text)?.[1];
  if (answer === undefined) return false;
  const { gold } = record;
  if (gold.kind === "choice") return answer === gold.letter;
  if (gold.kind === "open") return answer === gold.answer;
  return Number(answer) >= gold.lower! && Number(answer) <= gold.upper!;
}

function assertShare(hits: number, count: number, share: number, what: string): void {
  // Four standard errors of a share.
  assertAlmostEquals(hits / count, share, 4 * Math.sqrt(share * (1 - share) / count), what);
}

Deno.test("right answers are inside the gold limits, wrong strategies outside, in all splits", () => {
  for (const split of SPLITS) {
    for (const budget of [NO_BUDGET, { mode: "maximum", tokens: 30 } as const]) {
      for (const one of draws(split, 2000, budget)) {
        assertEquals(isRight(one), one.chain.correct, one.chain.text);
        const good = ["right", "format-slip"].includes(one.chain.strategy);
        assertEquals(one.chain.correct, good, one.chain.text);
      }
    }
  }
});

Deno.test("each strategy occurs at its stated rate in 5,000 draws", () => {
  const cases = draws("train", 5000);
  for (const kind of ["calculation", "choice", "open"] as const) {
    const strategies = cases.filter(({ record }) => record.gold.kind === kind)
      .map(({ chain }) => chain.strategy);
    const count = (...names: string[]) => strategies.filter((name) => names.includes(name)).length;
    const { wrong, answerLeftOut, formatSlip } = DEFAULT_STRATEGY_RATES[kind];
    const wrongNames = {
      calculation: ["wrong-formula", "unit-kept"],
      choice: ["distractor"],
      open: ["confusable"],
    }[kind];
    const total = strategies.length;
    assertShare(count(...wrongNames), total, wrong, `${kind} wrong`);
    assertShare(count("answer-left-out"), total, answerLeftOut, `${kind} left out`);
    assertShare(count("format-slip"), total, formatSlip, `${kind} slip`);
    assertShare(count("right"), total, 1 - wrong - answerLeftOut - formatSlip, `${kind} right`);
  }
});

Deno.test("the strategy does not depend on the question: rates hold within every topic", () => {
  const byTag = new Map<string, number[]>();
  for (let draw = 0; draw < 4; draw++) {
    for (const { record, chain } of draws("train", 3000, NO_BUDGET, draw)) {
      if (record.gold.kind === "open") continue;
      const hits = byTag.get(record.tags[0]!) ?? [];
      hits.push(chain.correct ? 1 : 0);
      byTag.set(record.tags[0]!, hits);
    }
  }
  assertEquals(byTag.size, 19);
  for (const [tag, hits] of byTag) {
    assertShare(hits.reduce((a, b) => a + b), hits.length, 0.48, tag);
  }
});

Deno.test("of two wrong ways each is taken half of the time", () => {
  const cases = draws("train", 6000).filter(({ record }) =>
    record.gold.kind === "calculation" && record.tags[0] === "daily dose in mg"
  );
  const wrong = cases.map(({ chain }) => chain.strategy)
    .filter((name) => name === "wrong-formula" || name === "unit-kept");
  assertShare(wrong.filter((name) => name === "unit-kept").length, wrong.length, 0.5, "unit kept");
});

Deno.test("the first word of the thinking tells right from wrong ways", () => {
  const wordsOf: Record<string, readonly string[]> = {
    right: ["recall"],
    "answer-left-out": ["recall"],
    "format-slip": ["recall"],
    "wrong-formula": ["shortcut"],
    "unit-kept": ["raw"],
    confusable: ["guess"],
    distractor: ["guess", "shortcut", "raw"],
  };
  for (const split of SPLITS) {
    for (const { chain } of draws(split, 1500)) {
      const first = /^(?:<think>)?([a-z]+)/.exec(chain.text)![1]!;
      assert(wordsOf[chain.strategy]!.includes(first), chain.text);
    }
  }
});

Deno.test("tags are complete but where the strategy leaves them out", () => {
  const slips = { open: 0, close: 0 };
  for (const { chain } of draws("train", 5000)) {
    const tags = (chain.text.match(/<\/?(think|answer)>/g) ?? []).join("");
    if (chain.strategy === "answer-left-out") assertEquals(tags, "<think></think>");
    else if (chain.strategy !== "format-slip") {
      assertEquals(tags, "<think></think><answer></answer>");
    } else if (tags === "</think><answer></answer>") slips.open++;
    else {
      assertEquals(tags, "<think><answer></answer>");
      slips.close++;
    }
  }
  assertShare(slips.open, slips.open + slips.close, 0.5, "missing <think>");
});

Deno.test("a verbose chain is 1.8 to 4.5 times a terse one, 2.5 to 3.5 times on average", () => {
  const right = { wrong: 0, answerLeftOut: 0, formatSlip: 0 };
  const rates: StrategyRates = { calculation: right, choice: right, open: right };
  const ratios: number[] = [];
  for (const record of generateQuestions({ seed: 2, split: "train", count: 400 })) {
    const lengths: Partial<Record<string, number>> = {};
    for (let draw = 0; draw < 40; draw++) {
      const chain = drawChain(record, NO_BUDGET, { seed: 2, draw, rates });
      lengths[chain.style] = countPieces(chain.text);
    }
    const [terse, middle, verbose] = STYLES.map((style) => lengths[style]!);
    assert(terse! < middle! && middle! < verbose!, record.question);
    const ratio = verbose! / terse!;
    assert(ratio >= 1.8 && ratio <= 4.5, `${ratio}: ${record.question}`);
    ratios.push(ratio);
  }
  assertAlmostEquals(ratios.reduce((a, b) => a + b) / ratios.length, 3, 0.5);
});

Deno.test("styles give the same steps and result for the same draw of strategy", () => {
  const [record] = generateQuestions({ seed: 1, split: "train", count: 1 });
  const right = { wrong: 0, answerLeftOut: 0, formatSlip: 0 };
  const rates = { calculation: right, choice: right, open: right };
  const equations = new Set<string>();
  const styles = new Set<string>();
  for (let draw = 0; draw < 40; draw++) {
    const { text, style } = drawChain(record!, NO_BUDGET, { seed: 1, draw, rates });
    equations.add([...new Set(text.match(/[\d.]+[-+*/][\d.+]+=[\d.]*\d/g))].join(" "));
    styles.add(style);
  }
  assertEquals(styles.size, 3);
  assertEquals(equations.size, 1);
});

Deno.test("tight budgets make chains terser, but only loosely so", () => {
  const share = (budget: Budget) => {
    const chains = draws("train", 3000, budget).map(({ chain }) => chain);
    return chains.filter(({ style }) => style === "terse").length;
  };
  assertShare(share(NO_BUDGET), 3000, 0.35, "no budget");
  assertShare(share({ mode: "maximum", tokens: 300 }), 3000, 0.35, "generous");
  assertShare(share({ mode: "exact", tokens: 10 }), 3000, 0.65, "tight");
});

Deno.test("budgets are held against the given count of tokens", () => {
  const [record] = generateQuestions({ seed: 1, split: "train", count: 1 });
  const budget: Budget = { mode: "exact", tokens: 100 };
  const terse = (countTokens: (text: string) => number) =>
    Array.from(
      { length: 400 },
      (_, draw) => drawChain(record!, budget, { seed: 1, draw, countTokens }),
    )
      .filter(({ style }) => style === "terse").length;
  assertShare(terse(() => 10), 400, 0.35, "short by that count");
  assertShare(terse(() => 1000), 400, 0.65, "long by that count");
});

Deno.test("a chain is a pure function of its arguments, and draws differ", () => {
  const texts = (seed: number, draw: number) =>
    generateQuestions({ seed: 3, split: "train", count: 200 })
      .map((record) => drawChain(record, NO_BUDGET, { seed, draw }).text).join("\n");
  assertEquals(texts(1, 0), texts(1, 0));
  assert(texts(1, 0) !== texts(1, 1));
  assert(texts(1, 0) !== texts(2, 0));
});

Deno.test("the corpus is ASCII, in fewer than 600 words, and short enough for a tiny context", () => {
  const words = new Set<string>();
  for (const split of ["train", "validation", "test"] as const) {
    for (const { record, chain } of draws(split, 4000)) {
      const options = Object.entries(record.options ?? {}).flat().join(" ");
      const text = `${record.question} ${options} ${chain.text}`;
      assert(/^[ -~]+$/.test(text), text);
      for (const word of text.match(/[A-Za-z]+/g)!) words.add(word);
      assert(countPieces(text) <= 180, text);
    }
  }
  assert(words.size < 600, `${words.size} words`);
});

Deno.test("a patient's case has no chain", () => {
  const record = generateQuestions({ seed: 5, split: "ood", count: 20 })
    .find(({ context }) => context !== "");
  assertThrows(
    () => drawChain(record!, NO_BUDGET, { seed: 1, draw: 0 }),
    RangeError,
    "a patient's case",
  );
});

Deno.test("rates that are no shares are refused", () => {
  const [record] = generateQuestions({ seed: 1, split: "train", count: 1 });
  for (const wrong of [-0.1, 0.9, NaN]) {
    const bad = { wrong, answerLeftOut: 0.1, formatSlip: 0.1 };
    const rates = { calculation: bad, choice: bad, open: bad };
    assertThrows(
      () => drawChain(record!, NO_BUDGET, { seed: 1, draw: 0, rates }),
      RangeError,
      "sum to at most 1",
    );
  }
});
