/**
 * `deno task rewards:audit`: probes rewards before anything is trained by them.
 *
 * @module
 */

import type { QuestionRecord } from "@terse/data";
import {
  asReleased,
  corrected,
  DEFAULT_FAILURE_POLICY,
  medU1Rewards,
  moduleReward,
  type RewardComponent,
  type RewardProfile,
  WEIGHTED_SUM,
} from "@terse/rewards";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { addedReward } from "./ablate_options.ts";
import { UsageError } from "./command_line.ts";
import type { AddedReward } from "./added_rewards.ts";
import { auditExperiment, type AuditFile, auditScheme } from "./audit/audit_arms.ts";
import { countFindings, formatAudit, summarizeAudit } from "./audit/audit_text.ts";
import { findArm, type SettingsName } from "./experiment.ts";
import { experimentPath, loadExperiment } from "./experiment_file.ts";
import { writeJson } from "./run_folder.ts";
import { loadPaths } from "./sources.ts";

const HELP =
  `Probes rewards before anything is trained by them, and proves what it finds by samples.

Usage: deno task rewards:audit [EXPERIMENT|MODULE|PROFILE] [options]

  EXPERIMENT          an experiment's file, or the name of one in experiments/ (length_penalty)
  MODULE              the file of your own reward; it is audited alone
  PROFILE             asReleased or corrected: Med-U1's rewards with its own budgets and limits
  --data PATH         questions beside the built-in ones, a file or a folder; may be repeated. The first
                      6 are probed in every way, of the others the gold answer
  --arms A,B          only these arms (all)
  --settings NAME     tiny or llm: the experiment's budgets and lengths (tiny)
  --reward FILE[:W]   adds your own reward with weight W (1) to every arm; may be repeated
  --out DIR           where audit.json and audit.html go (runs/audit/<name>)
  -h, --help          this text

Exit status: 0 if nothing severe was found, 1 if something was or the audit could not be made, 2 for a
wrong command line.
`;

/** What the command line asks for; paths are absolute. */
export interface AuditArguments {
  /** A profile's name, or the path of an experiment or a reward. */
  readonly target: string;
  readonly data: readonly string[];
  readonly arms: readonly string[] | null;
  readonly settings: SettingsName;
  readonly rewards: readonly AddedReward[];
  readonly out: string | null;
}

const PROFILES: Readonly<Record<string, RewardProfile>> = { asReleased, corrected };

/** Med-U1's largest completion, and both ends and the middle of its budgets. */
const MED_U1 = {
  maxTokens: 4096,
  step: 1,
  budgets: [100, 1050, 2000].flatMap((tokens) => [
    { mode: "exact" as const, tokens },
    { mode: "maximum" as const, tokens },
  ]),
};

/** Seconds that one audit may take, for rewards that wait for something. */
const TIME_LIMIT_SECONDS = 600;

/** Limits of a reward that is audited alone. */
const ALONE = {
  maxTokens: 1024,
  step: 1,
  budgets: [{ mode: "none" as const }, { mode: "maximum" as const, tokens: 256 }],
};

function refuse(what: string, must: string, found: string | undefined): never {
  throw new UsageError(
    `Cannot audit: ${what} must be ${must}: current value is ${found ?? "missing"}. See --help`,
  );
}

/**
 * Reads the arguments.
 *
 * @param cwd Folder from which relative paths are taken.
 * @returns The options, or `help` if help was asked for.
 * @throws {UsageError} naming the option, what it must be, and the value found.
 */
export function parseAuditArguments(
  args: readonly string[],
  cwd: string,
): AuditArguments | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        data: { type: "string", multiple: true },
        arms: { type: "string" },
        settings: { type: "string" },
        reward: { type: "string", multiple: true },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`Cannot audit: ${(error as Error).message}. See --help`);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  if (positionals.length > 1) refuse("what is audited", "one name", positionals.join(" "));
  const { settings = "tiny" } = values;
  if (settings !== "tiny" && settings !== "llm") refuse("--settings", "tiny or llm", settings);
  const [target = "length_penalty"] = positionals;
  return {
    target: Object.hasOwn(PROFILES, target) ? target : experimentPath(target, cwd),
    data: (values.data ?? []).map((path) => resolve(cwd, path)),
    arms: values.arms?.split(",") ?? null,
    settings,
    rewards: (values.reward ?? []).map((value) => addedReward(value, cwd)),
    out: values.out === undefined ? null : resolve(cwd, values.out),
  };
}

async function readData(paths: readonly string[]): Promise<QuestionRecord[]> {
  const leftOut: string[] = [], notices: string[] = [];
  const { withSplits, withoutSplits } = await loadPaths(paths, "skip", leftOut, notices);
  notices.forEach((notice) => console.error(`note: ${notice}`));
  leftOut.forEach((line) => console.error(`left out: ${line}`));
  return [...withSplits, ...withoutSplits];
}

/** Whether a file exports an experiment; a reward's file exports a function. */
async function exportsExperiment(path: string): Promise<boolean> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot audit ${path}: it must load: ${message}`, { cause });
  }
  return typeof module.default === "object";
}

/** Audits what the arguments name. */
export async function auditTarget(
  { target, arms, settings, rewards }: AuditArguments,
  records: readonly QuestionRecord[],
): Promise<AuditFile> {
  const alone = async (
    name: string,
    components: readonly RewardComponent[],
    limits: typeof MED_U1 | typeof ALONE,
  ): Promise<AuditFile> => {
    const added = rewards.map(({ path, weight }) => moduleReward(path, weight));
    const scheme = {
      components: [...components, ...added],
      mixture: WEIGHTED_SUM,
      failures: DEFAULT_FAILURE_POLICY,
    };
    return {
      name,
      arms: [
        await auditScheme(
          { arm: name, title: name, ...limits },
          scheme,
          records,
          TIME_LIMIT_SECONDS,
        ),
      ],
    };
  };
  const profile = Object.hasOwn(PROFILES, target) ? PROFILES[target] : undefined;
  if (profile !== undefined) return await alone(target, medU1Rewards({ profile }), MED_U1);
  if (!await exportsExperiment(target)) {
    return await alone(basename(target).replace(/\.[^.]*$/, ""), [moduleReward(target, 1)], ALONE);
  }
  const { experiment } = await loadExperiment(target);
  arms?.forEach((arm) => findArm(experiment, arm));
  return await auditExperiment(experiment, settings, records, arms, rewards, TIME_LIMIT_SECONDS);
}

const WRITER = fileURLToPath(new URL("../reports/write_audit.ts", import.meta.url));

async function writePage(json: string, page: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", WRITER, json, page],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  throw new Error(`Cannot write ${page}: ${new TextDecoder().decode(stderr).trim()}`);
}

async function main(args: readonly string[], cwd: string): Promise<number> {
  const options = parseAuditArguments(args, cwd);
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  const audit = await auditTarget(options, await readData(options.data));
  console.log(formatAudit(audit));
  const out = options.out ?? resolve(cwd, "runs", "audit", audit.name);
  await Deno.mkdir(out, { recursive: true });
  const json = join(out, "audit.json"), page = join(out, "audit.html");
  await writeJson(json, audit);
  await writePage(json, page);
  console.log(`\n${audit.name}: ${summarizeAudit(audit)}\nwritten to ${json}\n           ${page}`);
  return countFindings(audit, "severe") > 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    // deno task runs in the project's root; it tells where the user stands.
    Deno.exit(await main(Deno.args, Deno.env.get("INIT_CWD") ?? Deno.cwd()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
