/**
 * Installs the tensorflow engine: libtensorflow from PyPI into the cache folder, and the native
 * half of tfjs-node, compiled against it. A second clone finds both in the cache.
 *
 * deno task engine:install [--cuda] [--force]
 *
 * @module
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../lib/rl/engine/cache_folder.ts";
import { tensorflowBindingPath } from "../lib/rl/engine/tensorflow.ts";
import {
  BINDING_NAME,
  checkPrerequisites,
  compileBinding,
  fetchLibraries,
  packageFolder,
} from "./engine_install/build.ts";
import { isInstalled, writeRecord } from "./engine_install/installed_folder.ts";
import {
  TENSORFLOW_VERSION,
  type TensorflowBuild,
  tensorflowWheel,
} from "./engine_install/wheels.ts";
import { measureEngine } from "./engine_speed.ts";

const USAGE = `Usage: deno task engine:install [--cuda] [--force]

  --cuda   the build for NVIDIA cards, with NVIDIA's libraries (about 4 GB to download)
  --force  install again although it is installed

TERSE_CACHE names the cache folder (default: ~/.cache/terse). pip's own settings hold, so with
PIP_NO_INDEX=1 PIP_FIND_LINKS=<folder> the wheels come from a folder.`;

const PARTIAL_PREFIX = ".installing-";
const interrupted = new AbortController();

/** Downloads, unpacks and compiles in a folder of its own, then renames that into place. */
async function install(build: TensorflowBuild, folder: string, tfjsNode: string): Promise<void> {
  await checkPrerequisites();
  const wheel = tensorflowWheel(Deno.build.os, Deno.build.arch, build);
  const partial = join(dirname(folder), `${PARTIAL_PREFIX}${Deno.pid}`);
  const content = join(partial, "content");
  const temporaryFolder = join(partial, "tmp");
  const showProgress = Deno.stdout.isTerminal();
  const announce = showProgress ? (line: string) => console.log(line) : () => {};
  const options = { signal: interrupted.signal, temporaryFolder, showProgress };
  try {
    Deno.mkdirSync(content, { recursive: true });
    Deno.mkdirSync(temporaryFolder);
    const wheels = await fetchLibraries(wheel, build === "cuda", content, announce, options);
    announce("Compiling the binding of @tensorflow/tfjs-node-gpu");
    await compileBinding(content, options);
    writeRecord(content, { libtensorflow: TENSORFLOW_VERSION, build, tfjsNode, wheels });
    interrupted.signal.throwIfAborted();
    if (existsSync(folder)) Deno.renameSync(folder, join(partial, "replaced"));
    Deno.renameSync(content, folder);
  } finally {
    if (existsSync(partial)) Deno.removeSync(partial, { recursive: true });
  }
}

/** Removes what an installation that was killed outright left behind. */
function removeAbandoned(cache: string): void {
  if (!existsSync(cache)) return;
  for (const { name } of Deno.readDirSync(cache)) {
    if (!name.startsWith(PARTIAL_PREFIX)) continue;
    if (existsSync(`/proc/${name.slice(PARTIAL_PREFIX.length)}`)) continue;
    Deno.removeSync(join(cache, name), { recursive: true });
  }
}

/** Makes the place where tfjs-node looks a link to the binding in the cache. */
function linkBinding(folder: string): void {
  const place = tensorflowBindingPath();
  const link = `${place}.${Deno.pid}`;
  Deno.mkdirSync(dirname(place), { recursive: true });
  Deno.symlinkSync(join(folder, BINDING_NAME), link);
  Deno.renameSync(link, place);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      cuda: { type: "boolean", default: false },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const build: TensorflowBuild = values.cuda ? "cuda" : "cpu";
  const folder = join(cacheFolder(), `libtensorflow-${TENSORFLOW_VERSION}-${build}`);
  const manifest = join(packageFolder("@tensorflow/tfjs-node-gpu"), "package.json");
  const { version: tfjsNode } = JSON.parse(Deno.readTextFileSync(manifest));
  removeAbandoned(cacheFolder());
  const fresh = values.force || !isInstalled(folder, tfjsNode);
  if (fresh) await install(build, folder, tfjsNode);
  linkBinding(folder);
  const speed = await measureEngine("tensorflow");
  if ("failure" in speed) {
    Deno.removeSync(tensorflowBindingPath());
    // Other clones may use what was there before this run.
    if (fresh) Deno.removeSync(folder, { recursive: true });
    throw new Error(
      `Cannot use the tensorflow engine in ${folder}: it must multiply two matrices: ` +
        `current value is\n${speed.failure}\n` +
        (fresh ? "It was removed again" : "Install it again: deno task engine:install --force"),
    );
  }
  const { engine, gflops } = speed;
  console.log(
    `tensorflow engine: ${engine.version} on ${engine.devices.join(", ")}, ` +
      `${engine.threads} threads, ${gflops.toFixed(0)} GFLOPS, in ${folder}`,
  );
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interrupted.abort(signal));
  }
  try {
    await main();
  } catch (error) {
    if (interrupted.signal.aborted) {
      console.error(
        `Installation stopped by ${interrupted.signal.reason}; nothing was left behind.`,
      );
      Deno.exit(130);
    }
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
