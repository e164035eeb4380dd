import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CommandError, type CommandOptions, commandWorks, runCommand } from "./commands.ts";
import { cudaRequirements, KEPT_FILES, type PinnedWheel, pipDownloadArguments } from "./wheels.ts";

/** The compiled half of tfjs-node, by its name in the installed folder. */
export const BINDING_NAME = "tfjs_binding.node";

/** Prints a line on what is being done. */
export type Announce = (line: string) => void;

// Keeps files' modes, which zipfile drops and NVIDIA's assembler needs.
const UNPACK_IN_PYTHON = `
import os, re, sys, zipfile
wheel, folder, kept = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if re.match(kept, entry.filename) and not entry.is_dir():
            path = archive.extract(entry, folder)
            os.chmod(path, (entry.external_attr >> 16) & 0o777 | 0o644)
`;

/**
 * Checks that the commands that an installation needs are there.
 *
 * @throws {Error} names everything that is missing and the command that brings it
 */
export async function checkPrerequisites(): Promise<void> {
  const missing: string[] = [];
  const packages: string[] = [];
  if (!await commandWorks("python3", ["-m", "pip", "--version"])) {
    missing.push("pip (python3 -m pip)");
    packages.push("python3-pip");
  }
  if (!await commandWorks("g++", ["--version"])) {
    missing.push("a C++ compiler (g++)");
    packages.push("g++");
  }
  if (missing.length === 0) return;
  throw new Error(
    `Cannot install the tensorflow engine: pip and g++ must be on PATH: current value is missing ` +
      `${missing.join(" and ")}. On Debian or Ubuntu: apt-get install ${packages.join(" ")}`,
  );
}

/**
 * Downloads TensorFlow's wheel, and for CUDA NVIDIA's too, and unpacks what is needed of them.
 *
 * @param folder gets `tensorflow/` and, for CUDA, `nvidia/`, side by side as the libraries expect
 * @returns the wheels' SHA-256 by file name
 * @throws {Error} when pip cannot fetch them, or a file has another checksum than PyPI's
 */
export async function fetchLibraries(
  wheel: PinnedWheel,
  withCuda: boolean,
  folder: string,
  announce: Announce,
  options: CommandOptions,
): Promise<Readonly<Record<string, string>>> {
  const wheels = join(options.temporaryFolder, "wheels");
  announce(`Downloading ${wheel.requirement} from PyPI`);
  await download([wheel.requirement], [`--hash=sha256:${wheel.sha256}`], wheels, options);
  const checksums = await unpackAll(wheels, folder, announce, options);
  if (!withCuda) return checksums;
  const metadata = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".dist-info"));
  const requirements = cudaRequirements(
    await Deno.readTextFile(join(folder, metadata?.name ?? "", "METADATA")),
  );
  announce(`Downloading ${requirements.length} NVIDIA libraries from PyPI (about 3 GB)`);
  await download(requirements, [], wheels, options);
  return { ...checksums, ...await unpackAll(wheels, folder, announce, options) };
}

async function download(
  requirements: readonly string[],
  pins: readonly string[],
  wheels: string,
  options: CommandOptions,
): Promise<void> {
  const list = join(options.temporaryFolder, "requirements.txt");
  const lines = requirements.map((requirement) => [requirement, ...pins].join(" "));
  await Deno.writeTextFile(list, lines.join("\n") + "\n");
  const args = [...pipDownloadArguments(Deno.build.arch, wheels), "--requirement", list];
  try {
    await runCommand("python3", args, options);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    throw new Error(
      `Cannot download ${requirements.join(", ")}: pip must reach PyPI or the index that its ` +
        `configuration names: current value is\n${cause.lastLines}\nWithout a network, put the ` +
        `wheels into a folder and run: ` +
        `PIP_NO_INDEX=1 PIP_FIND_LINKS=<folder> deno task engine:install`,
      { cause },
    );
  }
}

async function unpackAll(
  wheels: string,
  folder: string,
  announce: Announce,
  options: CommandOptions,
): Promise<Readonly<Record<string, string>>> {
  const checksums: Record<string, string> = {};
  for (const { name } of [...Deno.readDirSync(wheels)]) {
    announce(`Unpacking ${name}`);
    const path = join(wheels, name);
    checksums[name] = await sha256(path);
    try {
      await runCommand("python3", ["-c", UNPACK_IN_PYTHON, path, folder, KEPT_FILES], options);
    } catch (cause) {
      if (!(cause instanceof CommandError)) throw cause;
      throw new Error(
        `Cannot unpack ${name} into ${folder}: the wheel must be sound and the disk have room: ` +
          `current value is\n${cause.lastLines}`,
        { cause },
      );
    }
    await Deno.remove(path);
  }
  return checksums;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/**
 * Compiles the C++ sources of the npm package @tensorflow/tfjs-node-gpu against the libraries.
 *
 * @param folder holds `tensorflow/`, as {@linkcode fetchLibraries} leaves it; gets the binding,
 *   which finds the libraries relative to itself, so that the folder can be renamed
 * @throws {Error} when the sources are not installed or do not compile
 */
export async function compileBinding(folder: string, options: CommandOptions): Promise<void> {
  const sources = join(packageFolder("@tensorflow/tfjs-node-gpu"), "binding");
  const libraries = join(folder, "tensorflow");
  const napiVersion = 8;
  const args = [
    "-std=c++17",
    "-O2",
    "-shared",
    "-fPIC",
    `-DNAPI_VERSION=${napiVersion}`,
    `-I${join(libraries, "include")}`,
    `-I${join(packageFolder("node-api-headers"), "include")}`,
    join(sources, "tfjs_backend.cc"),
    join(sources, "tfjs_binding.cc"),
    `-L${libraries}`,
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    "-Wl,-rpath,$ORIGIN/tensorflow",
    "-o",
    join(folder, BINDING_NAME),
  ];
  try {
    await runCommand("g++", args, options);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    throw new Error(
      `Cannot compile ${sources}/*.cc: g++ must accept them (version 9 or later): ` +
        `current value is\n${cause.lastLines}`,
      { cause },
    );
  }
}

/**
 * The folder of an npm package.
 *
 * @throws {Error} when it is not in node_modules
 */
export function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(
      `Cannot find the npm package ${name}: it must be in node_modules: current value is missing. ` +
        `Run: deno install`,
      { cause },
    );
  }
}
