import { tinyTemplate } from "@terse/data";
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { parseAblateOptions } from "./ablate_options.ts";
import { defineExperiment } from "./experiment.ts";
import { prepareRun } from "./run_plan.ts";
import small from "./testdata/small_experiment.ts";

Deno.test("a run asks in the words of its file, else the experiment's, else the model's", async () => {
  const worded = defineExperiment({
    ...small,
    settings: {
      ...small.settings,
      tiny: { ...small.settings.tiny, template: { ...tinyTemplate, name: "own", separator: " " } },
    },
  });
  const path = join(await Deno.makeTempDir(), "template.json");
  await Deno.writeTextFile(path, JSON.stringify({ ...tinyTemplate, name: "file" }));
  const nameOf = async (experiment: typeof small, args: readonly string[]) => {
    const options = parseAblateOptions(["--engine", "wasm", ...args], "/");
    if (options === "help") throw new Error("help was not asked for");
    return (await prepareRun(experiment, options)).data.template.name;
  };
  assertEquals(await nameOf(small, []), "tiny");
  assertEquals(await nameOf(worded, []), "own");
  assertEquals(await nameOf(worded, ["--template", path]), "file");
});
