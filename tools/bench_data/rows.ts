/**
 * Self-made questions with planted copies, for measuring what preparing data costs and finds.
 *
 * @module
 */

import { hashKey } from "../../lib/data/random.ts";
import { mix32 } from "../../lib/data/prepare/hashing.ts";

/** A question as a line of the JSON lines that the bench's tables are made from. */
export interface BenchRow {
  readonly id: string;
  readonly source: string;
  readonly question: string;
  readonly context: string;
  readonly options: string | null;
  readonly gold: string;
  readonly split: "train" | "test";
  readonly licence: string;
  readonly tags: string;
}

const SYLLABLES =
  "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve xi yo zu bra cle dri flo gru sta tre"
    .split(" ");

/** A made-up word: as many as there are numbers. */
function inventedWord(index: number): string {
  const n = SYLLABLES.length;
  const parts = [index % n, Math.floor(index / n) % n, Math.floor(index / n / n) % n];
  return parts.map((part) => SYLLABLES[part]).join("") + (index % 3 === 0 ? "sis" : "");
}

const WORDS = Array.from({ length: 6000 }, (_, i) => inventedWord(i * 7 + 5));
const FINDINGS = "pain swelling fever cough weakness numbness bleeding rash thirst dizziness".split(
  " ",
);
const QUESTIONS = [
  "Which of the following is the most likely diagnosis in this patient?",
  "Which of the following is the best next step in the management of this patient?",
  "Which of the following best explains the findings in this patient?",
];

type Draw = (low: number, high: number) => number;

/** Whole numbers in [low, high] that depend on purpose, index and how many were drawn before. */
export function makeDraw(purpose: string, index: number): Draw {
  let state = mix32(hashKey(purpose) ^ mix32(index + 1));
  return (low, high) => {
    state = mix32(state + 0x9e3779b9);
    return low + Math.floor(state / 0x100000000 * (high - low + 1));
  };
}

function pick<T>(items: readonly T[], draw: Draw): T {
  return items[draw(0, items.length - 1)]!;
}

/** A case of about 50 words, half of them phrases that come again in every case. */
function makeCase(draw: Draw): string {
  const word = () => pick(WORDS, draw);
  return `A ${draw(18, 90)}-year-old ${pick(["man", "woman"], draw)} with a history of ` +
    `${word()} and ${word()} presents with ${pick(FINDINGS, draw)} and ` +
    `${pick(FINDINGS, draw)} of the ${word()} for ${draw(2, 60)} days after taking ` +
    `${word()} ${word()}. Blood pressure is ${draw(90, 180)}/${draw(50, 110)} mmHg ` +
    `and pulse is ${draw(50, 130)}/min. Examination shows ${word()} ${word()} over the ` +
    `${word()} with ${word()} ${word()}, and laboratory studies show ${word()} of ` +
    `${draw(10, 999)} with ${word()} in the ${word()}.`;
}

const SOURCES = [
  { source: "Choices", share: 0.4 },
  { source: "Calculations", share: 0.7 },
  { source: "Open", share: 1 },
] as const;

/** Question number `index`; its words and numbers depend on nothing else. */
export function makeRow(index: number, split: "train" | "test"): BenchRow {
  const draw = makeDraw(`bench ${split}`, index);
  const place = draw(0, 999) / 1000;
  const { source } = SOURCES.find(({ share }) => place < share)!;
  const common = {
    id: `${split}-${index}`,
    source,
    context: "",
    split,
    licence: "MIT",
    tags: "[]",
  };
  const text = makeCase(draw);
  if (source === "Calculations") {
    const answer = String(draw(1, 500));
    return {
      ...common,
      question: `What is the score of this patient by the ${pick(WORDS, draw)} rule?`,
      context: text,
      options: null,
      gold: JSON.stringify({
        kind: "calculation",
        answer,
        lower: Number(answer),
        upper: Number(answer),
        output: "integer",
      }),
    };
  }
  const question = `${text} ${pick(QUESTIONS, draw)}`;
  if (source === "Open") {
    const answer = `${pick(WORDS, draw)} ${pick(WORDS, draw)}`;
    return {
      ...common,
      question,
      options: null,
      gold: JSON.stringify({ kind: "open", answer }),
    };
  }
  const options: Record<string, string> = {};
  for (const letter of "ABCD") {
    options[letter] = `${pick(WORDS, draw)} ${letter === "A" ? "acute" : "chronic"}`;
  }
  const gold = { kind: "choice", letter: pick(["A", "B", "C", "D"], draw) };
  return { ...common, question, options: JSON.stringify(options), gold: JSON.stringify(gold) };
}

/** Changes one word, the `seed`-th long one, as a typist does: two letters swapped, or one left out. */
function misspell(text: string, pickNumber: number): string {
  const words = text.split(" ");
  const long = words.flatMap((word, i) => /^[a-z]{5,}$/.test(word) ? [i] : []);
  const at = long[pickNumber % long.length]!;
  const word = words[at]!;
  words[at] = pickNumber % 2 === 0
    ? word[0]! + word[2] + word[1] + word.slice(3)
    : word.slice(0, 2) + word.slice(3);
  return words.join(" ");
}

const SYNONYMS: readonly [RegExp, string][] = [
  [/ presents with /, " comes in with "],
  [/ a history of /, " known "],
  [/Examination shows/, "On examination there is"],
  [/laboratory studies show/, "laboratory tests reveal"],
];

/** The ways in which a near-duplicate differs. */
const EDITS: readonly ((text: string, pickNumber: number) => string)[] = [
  (text, n) => misspell(text, n),
  (text, n) => misspell(misspell(text, n).toUpperCase().toLowerCase(), n + 3),
  (text, n) => text.replace(...SYNONYMS[n % SYNONYMS.length]!),
  (text, n) => misspell(text.replaceAll(",", ";").replaceAll(". ", ".\n"), n),
  (text) => `Please read the case with care. ${text}`,
];

/** The parts that hold a question's case. */
function editCase(row: BenchRow, edit: (text: string) => string): BenchRow {
  return row.context === ""
    ? { ...row, question: edit(row.question) }
    : { ...row, context: edit(row.context) };
}

/** A near-duplicate: one of five edits; options of choices in another order, the answer the same. */
export function makeNearDuplicate(row: BenchRow, number: number): BenchRow {
  const edited = editCase(row, (text) => EDITS[number % EDITS.length]!(text, number));
  const id = `${row.id}-near`;
  if (row.options === null) return { ...edited, id };
  const texts = Object.values(JSON.parse(row.options) as Record<string, string>);
  const { letter } = JSON.parse(row.gold) as { letter: string };
  const shuffled = [...texts.slice(1), texts[0]!];
  const place = shuffled.indexOf(texts["ABCD".indexOf(letter)]!);
  const options = Object.fromEntries(shuffled.map((text, i) => ["ABCD"[i]!, text]));
  const gold = { kind: "choice", letter: "ABCD"[place]! };
  return { ...edited, id, options: JSON.stringify(options), gold: JSON.stringify(gold) };
}

/** The same question with another number and the same answer: no duplicate. */
export function makeNumberVariant(row: BenchRow, number: number): BenchRow {
  const edited = editCase(
    row,
    (text) => text.replace(/ of \d+/, ` of ${1000 + number}`),
  );
  return { ...edited, id: `${row.id}-variant` };
}

/** A train question that gives a test question away: its text as it is, in a frame, or misspelt. */
export function makeContaminated(test: BenchRow, number: number): BenchRow {
  const edits: ((text: string) => string)[] = [
    (text) => text.toUpperCase(),
    (text) => `Consider the following case from the wards. ${text} Explain your reasoning in full.`,
    (text) => misspell(text, number),
  ];
  return {
    ...editCase(test, edits[number % edits.length]!),
    id: `${test.id}-leak`,
    split: "train",
  };
}
