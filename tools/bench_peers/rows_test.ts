import { assertEquals } from "@std/assert";
import { alternate } from "./alternate.ts";
import { describeRow, judgeRow, ROWS } from "./rows.ts";

function rowNamed(name: string) {
  return ROWS.find((row) => row.name === name)!;
}

const side = (seconds: number, tokens = 100, gib = 1) => ({
  seconds,
  tokens,
  peakBytes: gib * 2 ** 30,
});

Deno.test("seconds: how many times as fast, of the medians", () => {
  const rounds = [[2, 9], [3, 6], [10, 6]].map(([ours, theirs]) => ({
    ours: side(ours!),
    theirs: side(theirs!),
  }));
  const { ours, theirs, ratio, reaches } = judgeRow(rowNamed("step128"), rounds);
  assertEquals([ours, theirs, ratio, reaches], [3, 6, 2, false]);
});

Deno.test("tokens a second: ours over theirs; a bar that is met counts", () => {
  const { ours, theirs, ratio, reaches } = judgeRow(rowNamed("decode32"), [{
    ours: side(2),
    theirs: side(4),
  }]);
  assertEquals([ours, theirs, ratio, reaches], [50, 25, 2, true]);
});

Deno.test("memory: the last peak, ours over theirs", () => {
  const rounds = [1, 3].map((gib) => ({ ours: side(1, 1, gib), theirs: side(1, 1, 2 * gib + 1) }));
  const { ours, theirs, reaches } = judgeRow(rowNamed("memory"), rounds);
  assertEquals([ours, theirs, reaches], [3, 7, true]);
});

Deno.test("a row as a line", () => {
  const line = describeRow(
    judgeRow(rowNamed("wasm"), [{ ours: side(70), theirs: side(100) }]),
  );
  assertEquals(
    line.replace(/ +/g, " "),
    "wasm an arm of the default ablation, wasm ours 70.00 s theirs 100.0 s ratio 0.70 at most 0.6 MISSES",
  );
});

Deno.test("sides take turns and warm-ups do not count", async () => {
  const calls: string[] = [];
  let count = 0;
  const measure = (name: string) => () => {
    calls.push(name);
    return Promise.resolve(count++);
  };
  const rounds = await alternate(
    "test",
    { ours: measure("ours"), theirs: measure("theirs") },
    { warmUps: 1, repeats: 2 },
    String,
  );
  assertEquals(rounds, [{ ours: 2, theirs: 3 }, { ours: 4, theirs: 5 }]);
  assertEquals(calls, ["ours", "theirs", "ours", "theirs", "ours", "theirs"]);
});
