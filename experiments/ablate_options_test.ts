import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resolve } from "node:path";
import { DEFAULT_EXPERIMENT, HELP, parseAblateOptions } from "./ablate_options.ts";
import { UsageError } from "./command_line.ts";

Deno.test("no arguments give the default experiment with the tiny policy", () => {
  assertEquals(parseAblateOptions([], "/w"), {
    experiment: DEFAULT_EXPERIMENT,
    engine: "auto",
    model: "tiny",
    data: [],
    arms: null,
    seeds: null,
    steps: null,
    jobs: null,
    out: null,
    resume: false,
    sampleSeed: 0,
  });
});

Deno.test("every option is read, in both spellings, and paths become absolute", () => {
  const options = parseAblateOptions([
    ..."mine.ts --engine wasm --model=m.gguf --data a.jsonl --data=b.json --arms x,y,x".split(" "),
    ..."--seeds 3 --steps=5 --jobs 2 --out runs/a --resume --sample-seed 9".split(" "),
  ], "/w");
  assertEquals(options, {
    experiment: resolve("/w", "mine.ts"),
    engine: "wasm",
    model: resolve("/w", "m.gguf"),
    data: [resolve("/w", "a.jsonl"), resolve("/w", "b.json")],
    arms: ["x", "y"],
    seeds: 3,
    steps: 5,
    jobs: 2,
    out: resolve("/w", "runs/a"),
    resume: true,
    sampleSeed: 9,
  });
});

Deno.test("wrong options are refused with the option, the rule and the value", () => {
  const cases: [string[], string][] = [
    [["--steps", "0"], '--steps must be a whole number, 1 or more: current value is "0"'],
    [["--seeds=two"], '--seeds must be a whole number, 1 or more: current value is "two"'],
    [["--jobs", "1.5"], '--jobs must be a whole number, 1 or more: current value is "1.5"'],
    [["--engine", "cuda"], "--engine must be one of auto, tensorflow, webgpu, wasm"],
    [["--engnie", "wasm"], "an option must be one of --engine, --model"],
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
