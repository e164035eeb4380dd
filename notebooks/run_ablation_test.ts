import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { readProgress } from "./run_ablation.ts";

Deno.test("progress is what status and whole lines of metrics say, and nothing before a run", async () => {
  const folder = await Deno.makeTempDir({ prefix: "terse-notebook-" });
  try {
    assertEquals(await readProgress(join(folder, "none")), []);
    const seed = join(folder, "arms", "exact", "seed-2");
    await Deno.mkdir(seed, { recursive: true });
    await Deno.mkdir(join(folder, "arms", "none", "seed-1"), { recursive: true });
    const status = { state: "running", step: 0, steps: 6, updatedAt: "", peakBytes: 1 };
    await Deno.writeTextFile(join(seed, "status.json"), JSON.stringify(status));
    const lines = '{"step":1,"reward":0.5}\n{"step":2,"reward":0.7}\n{"step":3,"rew';
    await Deno.writeTextFile(join(seed, "metrics.jsonl"), lines);
    assertEquals(await readProgress(folder), [{
      arm: "exact",
      seed: 2,
      state: "running",
      step: 2,
      steps: 6,
      metrics: { step: 2, reward: 0.7 },
    }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
