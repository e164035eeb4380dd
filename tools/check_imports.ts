/**
 * Checks that data flows one way: lib/data, lib/rewards, lib/rl, experiments; that nothing imports
 * experiments, reports or notebooks; and that one file alone imports each engine's native package.
 *
 * @module
 */
import { relative } from "node:path";

/** What each part may import of the others. Parts that are absent here may be imported by none. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "lib/data": [],
  "lib/rewards": ["lib/data"],
  "lib/rl": ["lib/data", "lib/rewards"],
  "experiments": ["lib/data", "lib/rewards", "lib/rl"],
  "reports": ["lib/data"],
  "notebooks": ["lib/data", "lib/rewards", "lib/rl"],
  // Entry points of tasks: nothing imports them.
  "tools": ["lib/data", "lib/rewards", "lib/rl"],
};

const PACKAGE_FOLDERS: Readonly<Record<string, string>> = {
  "@terse/data": "lib/data",
  "@terse/rewards": "lib/rewards",
  "@terse/rl": "lib/rl",
  "@terse/experiments": "experiments",
  "@terse/reports": "reports",
};

const NATIVE_PACKAGES: Readonly<Record<string, string>> = {
  "@tensorflow/tfjs-node-gpu": "lib/rl/engine/tensorflow.ts",
  "@tensorflow/tfjs-backend-wasm": "lib/rl/engine/wasm.ts",
  "@tensorflow/tfjs-backend-webgpu": "lib/rl/engine/webgpu.ts",
};

/** One import statement, or import() or import type, of a file. */
interface Import {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
}

/** The part of the workspace that a path from the root lies in, or null. */
export function partOf(path: string): string | null {
  return Object.keys(ALLOWED).find((part) => path.startsWith(`${part}/`)) ?? null;
}

/** Finds the imports of a source text; those in comments (documentation's examples) do not count. */
export function findImports(file: string, text: string): Import[] {
  const found: Import[] = [];
  text.split("\n").forEach((content, i) => {
    if (/^\s*(\*|\/\/|\/\*)/.test(content)) return;
    for (const match of content.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"([^"]+)"/g)) {
      found.push({ file, line: i + 1, specifier: match[1]! });
    }
  });
  return found;
}

/** Why an import is against the rules, or null if it is not. */
export function objection({ file, specifier }: Import): string | null {
  const own = partOf(file);
  if (own === null) return null;
  const native = NATIVE_PACKAGES[specifier];
  if (native !== undefined && native !== file) return `only ${native} may import ${specifier}`;
  const target = specifier.startsWith(".")
    ? partOf(relative("/", new URL(specifier, `file:///${file}`).pathname))
    : PACKAGE_FOLDERS[specifier] ?? null;
  if (target === null || target === own) return null;
  if (!ALLOWED[own]!.includes(target)) return `${own} must not import ${target}`;
  return specifier.startsWith(".") && own !== "tools"
    ? `${target} must be imported by its package name`
    : null;
}

async function* sources(folder: string, root: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path, root);
    else if (entry.name.endsWith(".ts")) yield relative(root, path);
  }
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  let files = 0, broken = 0;
  for (const part of Object.keys(ALLOWED)) {
    for await (const file of sources(`${root}/${part}`, root)) {
      files++;
      for (const found of findImports(file, await Deno.readTextFile(`${root}/${file}`))) {
        const why = objection(found);
        if (why === null) continue;
        broken++;
        console.error(`${found.file}:${found.line}: ${why}: found "${found.specifier}"`);
      }
    }
  }
  console.log(`imports: ${files} files, ${broken} against the direction`);
  if (broken > 0) Deno.exit(1);
}
