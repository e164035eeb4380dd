import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resolve } from "node:path";
import { DEFAULT_EXPERIMENT, HELP, parseAblateOptions } from "./ablate_options.ts";
import { UsageError } from "./command_line.ts";

Deno.test("no arguments give the default experiment with the tiny policy", () => {
  assertEquals(parseAblateOptions([], "/w"), {
    experiment: DEFAULT_EXPERIMENT,
    engine: "auto",
    engineSettings: { compile: "auto", tf32: false },
    model: "tiny",
    data: [],
    rewards: [],
    template: null,
    arms: null,
    seeds: null,
    steps: null,
    jobs: null,
    out: null,
    resume: false,
    onBadRow: "skip",
    sampleSeed: 0,
  });
});

Deno.test("every option is read, in both spellings, and paths become absolute", () => {
  const options = parseAblateOptions([
    ..."mine.ts --engine wasm --model=m.gguf --data a.jsonl --data=b.json --arms x,y,x".split(" "),
    ..."--seeds 3 --steps=5 --jobs 2 --out runs/a --resume --sample-seed 9 --on-bad-row fail".split(
      " ",
    ),
    ..."--template t.json".split(" "),
  ], "/w");
  assertEquals(options, {
    experiment: resolve("/w", "mine.ts"),
    engine: "wasm",
    engineSettings: { compile: "auto", tf32: false },
    model: resolve("/w", "m.gguf"),
    data: [resolve("/w", "a.jsonl"), resolve("/w", "b.json")],
    rewards: [],
    template: resolve("/w", "t.json"),
    arms: ["x", "y"],
    seeds: 3,
    steps: 5,
    jobs: 2,
    out: resolve("/w", "runs/a"),
    resume: true,
    onBadRow: "fail",
    sampleSeed: 9,
  });
});

Deno.test("wrong options are refused with the option, the rule and the value", () => {
  const cases: [string[], string][] = [
    [["--steps", "0"], '--steps must be a whole number, 1 or more: current value is "0"'],
    [["--seeds=two"], '--seeds must be a whole number, 1 or more: current value is "two"'],
    [["--jobs", "1.5"], '--jobs must be a whole number, 1 or more: current value is "1.5"'],
    [["--on-bad-row", "drop"], '--on-bad-row must be fail or skip: current value is "drop"'],
    [["--engine", "cuda"], "--engine must be one of auto, tensorflow, webgpu, wasm"],
    [["--engnie", "wasm"], "an option must be one of --engine, --compile, --tf32, --model"],
    [["--steps"], "--steps must be followed by a value: current value is nothing"],
    [["--out", "--resume"], "--out must be followed by a value: current value is --resume"],
    [["--resume"], "--resume must be given with --out DIR"],
    [
      ["--resume=yes", "--out", "x"],
      '--resume must be written without a value: current value is "yes"',
    ],
    [["--arms", "a,,b"], '--arms must be names with commas between them: current value is "a,,b"'],
    [["a.ts", "b.ts"], "EXPERIMENT must be one file: current value is a.ts b.ts"],
  ];
  for (const [args, message] of cases) {
    assertThrows(() => parseAblateOptions(args, "/w"), UsageError, message);
  }
});

Deno.test("help names every option and is asked for by --help or -h", () => {
  assertEquals(parseAblateOptions(["--help"], "/w"), "help");
  assertEquals(parseAblateOptions(["-h", "--steps", "3"], "/w"), "help");
  const names = [
    "engine",
    "model",
    "data",
    "arms",
    "seeds",
    "steps",
    "jobs",
    "out",
    "resume",
    "sample-seed",
  ];
  for (const name of names) assertStringIncludes(HELP, `--${name} `);
});

Deno.test("a reward's weight stands behind its last colon, and is 1 where there is none", () => {
  const rewards = (...args: string[]) => {
    const options = parseAblateOptions(args.flatMap((value) => ["--reward", value]), "/w");
    return options === "help" ? [] : options.rewards;
  };
  assertEquals(rewards("mine.ts", "/a/b.ts:0.5", "c:d.ts", "e.ts:-1e-3"), [
    { path: resolve("/w", "mine.ts"), weight: 1 },
    { path: "/a/b.ts", weight: 0.5 },
    { path: resolve("/w", "c:d.ts"), weight: 1 },
    { path: resolve("/w", "e.ts"), weight: -1e-3 },
  ]);
  assertThrows(() => rewards("mine.ts:1-2"), UsageError, 'current value is "mine.ts:1-2"');
});
