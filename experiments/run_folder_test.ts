import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  armFolder,
  armPaths,
  exists,
  firstDifference,
  readJson,
  stepName,
  stepOfName,
  tryLock,
  writeJson,
  writeText,
} from "./run_folder.ts";

/** Children outside the project resolve its packages by its configuration. */
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-run-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeText replaces a file and leaves nothing else behind", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "a.txt");
    await writeText(path, "one");
    await writeText(path, "hi");
    assertEquals(await Deno.readTextFile(path), "hi");
    assertEquals([...Deno.readDirSync(join(folder, "deep"))].map((entry) => entry.name), ["a.txt"]);
  }));

Deno.test("writeText that fails keeps the old file and no temporary one", () =>
  inFolder(async (folder) => {
    const path = join(folder, "taken");
    await Deno.mkdir(join(path, "inner"), { recursive: true });
    await assertRejects(() => writeText(path, "text"));
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["taken"]);
    assertEquals(await exists(join(path, "inner")), true);
  }));

Deno.test("a writer killed at any moment leaves the old or the new content", () =>
  inFolder(async (folder) => {
    const path = join(folder, "value.json");
    const script = join(folder, "writer.ts");
    const module = new URL("./run_folder.ts", import.meta.url).href;
    await Deno.writeTextFile(
      script,
      `import { writeJson } from ${JSON.stringify(module)};
       for (let i = 0;; i++) {
         await writeJson(${JSON.stringify(path)}, { i, text: "x".repeat(200_000), last: i });
         if (i === 0) console.log("first");
       }`,
    );
    for (const delayMs of [3, 11, 23]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--config", CONFIG, script],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const value = await readJson<{ i: number; text: string; last: number }>(path);
      assertEquals(value?.last, value?.i);
      assertEquals(value?.text.length, 200_000);
    }
  }));

Deno.test("readJson tells a missing file from a damaged one", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.json");
    assertEquals(await readJson(path), null);
    await writeJson(path, { a: [1, NaN] });
    assertEquals(await readJson(path), { a: [1, null] });
    await Deno.writeTextFile(path, '{"a": 1');
    await assertRejects(
      () => readJson(path),
      SyntaxError,
      `Cannot read ${path}: content must be JSON`,
    );
  }));

Deno.test("names of steps sort as text and read back", () => {
  assertEquals(stepName(10), "step-000010");
  assertEquals(stepOfName("step-000010"), 10);
  assertEquals(stepOfName("step-000010.parquet"), 10);
  assertEquals(stepOfName("step-1234567"), 1234567);
  assertEquals(stepOfName("step-000010.partial"), null);
  assertEquals(
    armPaths(armFolder("/r", "exact", 2)).config,
    join("/r", "arms", "exact", "seed-2", "config.json"),
  );
});

Deno.test("firstDifference names the key that is changed, missing, or added", () => {
  const found = { training: { beta: 0.001, epsilon: 0.2 }, arms: ["a", "b"] };
  assertEquals(firstDifference(found, structuredClone(found)), null);
  assertEquals(
    firstDifference(found, { ...found, training: { beta: 0, epsilon: 0.2 } }),
    { key: "training.beta", found: 0.001, asked: 0 },
  );
  assertEquals(
    firstDifference(found, { ...found, arms: ["a"] }),
    { key: "arms.1", found: "b", asked: undefined },
  );
  assertEquals(
    firstDifference(found, { ...found, seed: 1 }),
    { key: "seed", found: undefined, asked: 1 },
  );
  assertEquals(firstDifference({ a: [] }, { a: {} })?.key, "a");
});

Deno.test("tryLock excludes other processes until the holder ends, even by kill -9", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    const module = new URL("./run_folder.ts", import.meta.url).href;
    const script = join(folder, "holder.ts");
    await Deno.writeTextFile(
      script,
      `import { tryLock } from ${JSON.stringify(module)};
       const file = await tryLock(${JSON.stringify(path)});
       console.log(file === null ? "refused" : "held");
       setInterval(() => {}, 1000);`,
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", CONFIG, script],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "held\n");
    assertEquals(await tryLock(path), null);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const file = await tryLock(path);
    assertEquals(file === null, false);
    file?.close();
  }));
