/**
 * Says what this machine offers the project: engines and their speed, memory, versions, the
 * model, the notebook kernel, and for each missing part the command that installs it.
 *
 * deno task doctor
 *
 * @module
 */

import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheFolder } from "../lib/rl/engine/cache_folder.ts";
import { chooseEngine, ENGINE_NAMES, type EngineName } from "../lib/rl/engine/choice.ts";
import { ENGINE_FINDERS } from "../lib/rl/engine/engine.ts";
import { processorName } from "../lib/rl/engine/host.ts";
import { tensorflowBindingPath } from "../lib/rl/engine/tensorflow.ts";
import { measureEngine } from "./engine_speed.ts";

/** One line of the report; a part that can be installed has a remedy while it is missing. */
interface Finding {
  readonly part: string;
  readonly state: string;
  readonly remedy?: string;
}

const GIB = 2 ** 30;

async function engineFinding(name: EngineName): Promise<Finding> {
  const presence = await ENGINE_FINDERS[name]();
  if (!presence.present) {
    return { part: name, state: `missing: ${presence.missing}`, remedy: presence.remedy };
  }
  const speed = await measureEngine(name);
  if ("failure" in speed) return { part: name, state: `present, but failed: ${speed.failure}` };
  const { engine, gflops, peakBytes } = speed;
  const threads = `${engine.threads} thread${engine.threads === 1 ? "" : "s"}`;
  return {
    part: name,
    state: `${gflops.toFixed(1).padStart(8)} GFLOPS, ${threads}, ` +
      `${(peakBytes / GIB).toFixed(1)} GiB, ${engine.devices.join(" + ")}, ${engine.version}`,
  };
}

async function engineFindings(): Promise<readonly Finding[]> {
  const { name, reason, hint } = await chooseEngine("auto", ENGINE_FINDERS);
  const findings: Finding[] = [{
    part: "auto takes",
    state: `${name}: ${reason}`,
    ...(hint === null ? {} : { remedy: hint }),
  }];
  for (const engine of ENGINE_NAMES) findings.push(await engineFinding(engine));
  return findings;
}

function machineFindings(): readonly Finding[] {
  const { total, available } = Deno.systemMemoryInfo();
  return [
    {
      part: "processor",
      state: `${processorName()}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`,
    },
    {
      part: "memory",
      state: `${(total / GIB).toFixed(1)} GiB, ${(available / GIB).toFixed(1)} GiB free`,
    },
  ];
}

function versionFindings(): readonly Finding[] {
  const packages = ["@tensorflow/tfjs", "@tensorflow/tfjs-node-gpu", "nodejs-polars"];
  return [
    { part: "deno", state: `${Deno.version.deno} (V8 ${Deno.version.v8})` },
    ...packages.map((name) => packageFinding(name)),
    libtensorflowFinding(),
  ];
}

function packageFinding(name: string): Finding {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`);
    return { part: name, state: version };
  } catch {
    return { part: name, state: "missing", remedy: "deno install" };
  }
}

function libtensorflowFinding(): Finding {
  const path = tensorflowBindingPath();
  return existsSync(path)
    ? { part: "libtensorflow", state: realpathSync(path) }
    : { part: "libtensorflow", state: "missing", remedy: "deno task engine:install" };
}

async function partFindings(): Promise<readonly Finding[]> {
  const model = join(cacheFolder(), "models", "smollm2");
  const kernel = new URL("../notebooks/.jupyter/kernels/terse", import.meta.url).pathname;
  return [
    presenceFinding("cache folder", cacheFolder(), "deno task engine:install"),
    presenceFinding("SmolLM2", model, "deno task model:fetch smollm2"),
    await jupyterFinding(),
    presenceFinding("notebook kernel", kernel, "deno task notebook"),
  ];
}

function presenceFinding(part: string, path: string, remedy: string): Finding {
  return existsSync(path) ? { part, state: path } : { part, state: `missing: ${path}`, remedy };
}

async function jupyterFinding(): Promise<Finding> {
  try {
    const { stdout } = await new Deno.Command("jupyter", { args: ["lab", "--version"] }).output();
    const version = new TextDecoder().decode(stdout).trim();
    if (version) return { part: "jupyter lab", state: version };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const remedy = "python3 -m pip install jupyterlab (in a virtual environment on Debian)";
  return { part: "jupyter lab", state: "missing: not on PATH", remedy };
}

function printSection(title: string, findings: readonly Finding[]): void {
  const width = 26;
  console.log(title);
  for (const { part, state, remedy } of findings) {
    console.log(`  ${part.padEnd(width)}${state.replaceAll("\n", `\n  ${" ".repeat(width)}`)}`);
    if (remedy !== undefined) console.log(`  ${" ".repeat(width)}-> ${remedy}`);
  }
  console.log();
}

printSection("Engines (1024 x 1024 float32 products)", await engineFindings());
printSection("Machine", machineFindings());
printSection("Versions", versionFindings());
printSection("Parts", await partFindings());
