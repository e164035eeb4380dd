/**
 * Fetches public data sets from the Hugging Face hub.
 *
 * deno task data:fetch NAME...
 *
 * @module
 */

import { replaceFile } from "@terse/data";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import { createHash } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { parseDataArguments, UsageError } from "./data_arguments.ts";
import { EHRNOTEQA_ADVICE, explainFailure } from "./data_fetch/advice.ts";
import { download } from "./data_fetch/download.ts";
import { HUB_URL, type HubAccess, openFile, readSnapshot } from "./data_fetch/hub.ts";
import { HUB_SETS, type HubSet } from "./data_fetch/sets.ts";

const HELP = `Fetches public data sets from the Hugging Face hub.

Usage: deno task data:fetch NAME... [--out DIR] [--revision REVISION]

  NAME                 one of the sets below
  --out DIR            where each set gets a folder of its name (data)
  --revision REVISION  branch, tag or commit of the set (main; fetch.json keeps its commit)
  -h, --help           this text

Files are checked against the hub's hashes. Run again after a cut: what was fetched is kept.
HF_TOKEN gives your token for sets whose terms must be accepted; HF_ENDPOINT names a mirror.
Exit status: 0 if all is there, 1 if something could not be fetched, 2 for a wrong command line.

`;

/** Exit status of an interrupted command. */
const INTERRUPTED = 130;

/** The world around the command. */
export interface Surroundings {
  readonly access: HubAccess;
  /** Takes a line of the result. */
  readonly print: (line: string) => void;
  /** Whether progress may be drawn. */
  readonly isTerminal: boolean;
  readonly now: () => Date;
}

function listSets(): string {
  return HUB_SETS.map(({ name, repo, licence, note }) =>
    `  ${name.padEnd(22)} ${repo} (${licence})${note === null ? "" : `\n${" ".repeat(25)}${note}`}`
  ).join("\n");
}

function findSet(name: string): HubSet {
  const found = HUB_SETS.find((set) => set.name === name.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot start: NAME must be one of ${
      HUB_SETS.map((set) => set.name).join(", ")
    }: current value ` +
      `is ${JSON.stringify(name)}`,
  );
}

function formatSize(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A bar with rate and time left on a terminal, nothing elsewhere. */
function makeBar(isTerminal: boolean, path: string, sizeBytes: number): SingleBar | null {
  if (!isTerminal) return null;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `  ${path} {bar} {percentage} % of ${
      formatSize(sizeBytes)
    }, {rate}/s, {eta_formatted} left`,
    barsize: 24,
    linewrap: false,
    clearOnComplete: true,
    // Ctrl-C is the command's own business: it says how to go on.
    gracefulExit: false,
  });
  bar.start(sizeBytes, 0, { rate: "-" });
  return bar;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

async function fetchSet(
  set: HubSet,
  revision: string,
  folder: string,
  { access, print, isTerminal, now }: Surroundings,
): Promise<void> {
  print(`${set.name}: ${set.repo}, licence ${set.licence}`);
  if (set.note !== null) print(`  note: ${set.note}`);
  const { commit, files } = await readSnapshot(set, revision, access);
  const fetched: { path: string; sizeBytes: number; sha256: string }[] = [];
  for (const file of files) {
    const path = join(folder, file.path);
    const bar = makeBar(isTerminal, file.path, file.sizeBytes);
    const startMs = performance.now();
    let there = 0;
    let kept: number | null = null;
    const outcome = await download(
      path,
      file,
      (fromByte) => openFile(set, file, commit, fromByte, access),
      (bytes) => {
        there += bytes;
        // The first number is what was there before.
        kept ??= there;
        const seconds = (performance.now() - startMs) / 1000;
        bar?.update(there, { rate: formatSize(Math.max(0, there - kept) / seconds) });
      },
    ).finally(() => bar?.stop());
    const sha256 = await sha256Of(path);
    fetched.push({ path: file.path, sizeBytes: file.sizeBytes, sha256 });
    print(`  ${path}: ${outcome}, ${formatSize(file.sizeBytes)}, ${file.hash.kind} hash checked`);
  }
  const manifest = {
    name: set.name,
    repo: set.repo,
    revision,
    commit,
    licence: set.licence,
    fetchedAt: now().toISOString(),
    files: fetched,
  };
  await replaceFile(
    join(folder, "fetch.json"),
    (temporary) => Deno.writeTextFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`),
  );
  print(
    `  commit ${commit}; check with: deno task data:validate ${
      fetched.map(({ path }) => join(folder, path)).join(" ")
    }`,
  );
}

/**
 * Runs the command.
 *
 * @returns The exit status.
 * @throws {UsageError} for a command line that cannot be followed.
 */
export async function runFetch(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { access, print } = surroundings;
  const parsed = parseDataArguments(args, { out: "text", revision: "text" });
  if (parsed === "help" || parsed.positionals.length === 0) {
    print(HELP + listSets());
    return parsed === "help" ? 0 : 2;
  }
  const out = typeof parsed.options.out === "string" ? parsed.options.out : "data";
  if (parsed.positionals.some((name) => /^ehrnoteqa$/i.test(name))) {
    print(EHRNOTEQA_ADVICE);
    return 1;
  }
  const sets = parsed.positionals.map(findSet);
  let status = 0;
  for (const set of sets) {
    const revision = typeof parsed.options.revision === "string"
      ? parsed.options.revision
      : set.revision;
    const folder = join(out, set.name);
    try {
      await fetchSet(set, revision, folder, surroundings);
    } catch (error) {
      if (access.signal.aborted) {
        print(`interrupted. To go on: deno task data:fetch ${args.join(" ")}`);
        return INTERRUPTED;
      }
      print(explainFailure(error, set, revision, folder, access.hubUrl));
      status = 1;
    }
  }
  return status;
}

if (import.meta.main) {
  const interrupt = new AbortController();
  Deno.addSignalListener("SIGINT", () => interrupt.abort());
  try {
    Deno.exit(
      await runFetch(Deno.args, {
        access: {
          hubUrl: (Deno.env.get("HF_ENDPOINT") || HUB_URL).replace(/\/+$/, ""),
          token: Deno.env.get("HF_TOKEN") || null,
          signal: interrupt.signal,
        },
        print: console.log,
        isTerminal: Deno.stderr.isTerminal(),
        now: () => new Date(),
      }),
    );
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
