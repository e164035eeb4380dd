import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../command_line.ts";
import { type EvaluateOptions, HELP, parseEvaluateOptions } from "./options.ts";

const parse = (...args: string[]) => parseEvaluateOptions(args, "/w") as EvaluateOptions;

Deno.test("no arguments leave all to the defaults", () => {
  const { model, endpoint, budgets, samples, data, out } = parse();
  assertEquals([model, endpoint, budgets, samples, data, out], [
    "tiny",
    null,
    null,
    null,
    [],
    null,
  ]);
});

Deno.test("options are read, and paths become absolute", () => {
  const options = parse(
    ...["--model", "runs/x/arms/none/seed-1", "--checkpoint=best", "--budgets", "none,64,64,128"],
    ...[
      "--samples",
      "4",
      "--temperature",
      "0",
      "--top-p",
      "0.9",
      "--data",
      "a.jsonl",
      "--data=b.json",
    ],
    ...["--top-k", "40", "--min-p", "0.1", "--budget-control", "forced"],
    ...["--out", "o", "--resume", "--limit", "5", "--seed", "0"],
  );
  assertEquals(options.model, "/w/runs/x/arms/none/seed-1");
  assertEquals(options.checkpoint, "best");
  assertEquals(options.budgets, [
    { kind: "none" },
    { kind: "fixed", mode: "maximum", tokens: 64 },
    { kind: "fixed", mode: "maximum", tokens: 128 },
  ]);
  assertEquals([options.temperature, options.topP, options.seed], [0, 0.9, 0]);
  assertEquals([options.topK, options.minP, options.budgetControl], [40, 0.1, "forced"]);
  assertEquals(options.data, ["/w/a.jsonl", "/w/b.json"]);
  const served = parse("--endpoint", "http://127.0.0.1:8000", "--concurrency", "3");
  assertEquals(served.endpoint, {
    url: "http://127.0.0.1:8000/v1",
    model: null,
    concurrency: 3,
    requestSeconds: 300,
  });
});

Deno.test("wrong options are refused with the option, the rule and the value", () => {
  const refused = (args: string[], message: string) =>
    assertThrows(() => parse(...args), UsageError, message);
  refused(["--budgets", "64,x"], "--budgets must be whole numbers of tokens or none, with");
  refused(["--budgets", "0"], 'current value is "0"');
  refused(["--samples", "0"], "--samples must be a whole number, 1 or more");
  refused(["--temperature=-1"], '--temperature must be a number, 0 or more: current value is "-1"');
  refused(["--top-p", "1.5"], "--top-p must be");
  refused(["--top-k=-1"], "--top-k must be a whole number, 0 or more");
  refused(["--min-p", "2"], '--min-p must be a number from 0 to 1: current value is "2"');
  refused(["--budget-control", "hard"], "--budget-control must be none or forced");
  refused(
    ["--endpoint", "http://h/v1", "--budget-control", "forced"],
    "--budget-control must be left out",
  );
  refused(["--checkpoint", "first"], "--checkpoint must be last or best");
  refused(["--resume"], "--resume must be given with --out DIR");
  refused(["--concurrency", "2"], "--concurrency must be given with --endpoint URL");
  refused(["--endpoint", "http://h/v1", "--model", "tiny"], "--model must be left out");
  refused(["extra"], "an argument must be an option");
  const error = assertThrows(() => parse("--endpoint", "http://me:secret@host/v1"), UsageError);
  assertEquals((error as Error).message.includes("secret"), false);
});

Deno.test("help names every option", () => {
  assertEquals(parseEvaluateOptions(["-h"], "/"), "help");
  const unknown = assertThrows(() => parse("--nonsense")) as Error;
  for (const option of unknown.message.match(/--[a-z-]+/g)!) {
    if (option !== "--nonsense") assertEquals(HELP.includes(option), true, option);
  }
});
