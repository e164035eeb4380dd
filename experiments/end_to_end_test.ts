import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readParquet } from "@terse/data";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXPERIMENT = join(ROOT, "experiments/testdata/small_experiment.ts");

function start(command: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", join(ROOT, "experiments", command), ...args],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function ablate(out: string, ...more: string[]): Deno.ChildProcess {
  return start("ablate.ts", EXPERIMENT, "--engine", "wasm", "--out", out, ...more);
}

async function finish(child: Deno.ChildProcess): Promise<string> {
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  return text;
}

async function tables(out: string): Promise<unknown[]> {
  const found: unknown[] = [JSON.parse(await Deno.readTextFile(join(out, "summary.json")))];
  for (const arm of ["start", "none", "maximum"]) {
    const folder = join(out, "arms", arm, "seed-1");
    found.push(await readParquet(join(folder, "evaluation.parquet")));
    if (arm !== "start") {
      found.push(await readParquet(join(folder, "rollouts/step-000006.parquet")));
    }
  }
  return found;
}

/** SHA-256 of every file of every checkpoint that is kept, by path. */
async function checkpoints(out: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const arm of ["none", "maximum"]) {
    const folder = join(out, "arms", arm, "seed-1/checkpoints");
    for (const { name: step } of Deno.readDirSync(folder)) {
      for (const { name } of Deno.readDirSync(join(folder, step))) {
        const bytes = await Deno.readFile(join(folder, step, name));
        const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
        found[`${arm}/${step}/${name}`] = sum;
      }
    }
  }
  return Object.fromEntries(Object.entries(found).sort());
}

/** The columns that an arm's own evaluation and `deno task evaluate` share. */
async function sharedRows(path: string): Promise<unknown[]> {
  return (await readParquet(path)).map((row) => {
    const { reward: _, answer_tokens: __, cause: ___, ...shared } = row;
    return shared;
  });
}

/** Kills every process that names the run's folder, as a power cut would end them. */
async function killRun(out: string): Promise<void> {
  await new Deno.Command("pkill", { args: ["-9", "-f", out] }).output();
}

Deno.test({
  name: "a run killed with -9 and resumed ends in the tables of an unbroken one",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "terse-end-to-end-" });
    const unbroken = join(folder, "unbroken"), killed = join(folder, "killed");
    const text = await finish(ablate(unbroken));
    assertStringIncludes(text, "maximum");
    assertStringIncludes(text, "report.html");
    assert((await Deno.stat(join(unbroken, "report.html"))).size > 10_000);

    const child = ablate(killed, "--jobs", "1");
    const drained = Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    const checkpoint = join(killed, "arms/none/seed-1/checkpoints/step-000002");
    for (let i = 0; i < 1200; i++) {
      if (await Deno.stat(checkpoint).then(() => true, () => false)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await killRun(killed);
    const { code } = await child.status;
    await drained;
    assert(code !== 0, "the killed run must not end well");

    await finish(ablate(killed, "--resume"));
    assertEquals(await tables(killed), await tables(unbroken));
    const kept = await checkpoints(unbroken);
    assertEquals(Object.keys(kept).some((path) => path.startsWith("none/step-000006/")), true);
    assertEquals(await checkpoints(killed), kept);

    const arm = join(killed, "arms/maximum/seed-1"), evaluated = join(folder, "evaluated");
    const command = ["--model", arm, "--engine", "wasm", "--out", evaluated];
    assertStringIncludes(await finish(start("evaluation/command.ts", ...command)), "after step 6");
    assertEquals(
      await sharedRows(join(evaluated, "evaluation.parquet")),
      await sharedRows(join(arm, "evaluation.parquet")),
    );
    await Deno.remove(folder, { recursive: true });
  },
});
