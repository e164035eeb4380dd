import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolve } from "node:path";
import { UsageError } from "./command_line.ts";
import { parseReplayOptions } from "./rewards_replay.ts";

Deno.test("a replay's options: paths become absolute, a bare name is one of the project's experiments", () => {
  const options = parseReplayOptions(
    "runs/a --mixture mixtures:gdpo --reward mine.ts:2 --arm none".split(" "),
    "/w",
  );
  assert(options !== "help");
  assert(options.experiment.endsWith("/experiments/mixtures.ts"));
  assertEquals({ ...options, experiment: "" }, {
    run: resolve("/w/runs/a"),
    experiment: "",
    arm: "gdpo",
    addedRewards: [{ path: resolve("/w/mine.ts"), weight: 2 }],
    storedArm: "none",
  });
  const other = parseReplayOptions(["r", "--mixture=x/my:odd.ts:gated"], "/w");
  assert(other !== "help");
  assertEquals([other.experiment, other.arm], [resolve("/w/x/my:odd.ts"), "gated"]);
  assertEquals(parseReplayOptions(["-h"], "/w"), "help");
});

Deno.test("a command line that cannot be followed is refused", () => {
  for (
    const [args, message] of [
      [["--mixture", "a:b"], "RUN must be one folder"],
      [["r", "s", "--mixture", "a:b"], "current value is r s"],
      [["r"], "--mixture must be EXPERIMENT:ARM: current value is missing"],
      [["r", "--mixture", "mixtures"], "current value is mixtures"],
      [["r", "--mixture", "a:b", "--seed", "1"], "--seed"],
    ] as const
  ) {
    assertThrows(() => parseReplayOptions(args, "/w"), UsageError, message);
  }
});
