import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readParquet } from "@terse/data";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXPERIMENT = join(ROOT, "experiments/testdata/small_experiment.ts");

function ablate(out: string, ...more: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", join(ROOT, "experiments/ablate.ts"), EXPERIMENT],
      ...["--engine", "wasm", "--out", out, ...more],
    ],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
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
    await Deno.remove(folder, { recursive: true });
  },
});
