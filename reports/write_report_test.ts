import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "./page/page_parts.ts";
import { HOSTILE } from "./testdata_answers.ts";
import { writeMadeRun } from "./testdata_run.ts";
import { writeReport } from "./write_report.ts";

interface MadeReport {
  readonly folder: string;
  readonly html: string;
  /** The page without its own scripts and style: what holds text from the run. */
  readonly body: string;
}

let made: Promise<MadeReport> | undefined;

function report(): Promise<MadeReport> {
  return made ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "terse-report-" });
    await writeMadeRun(folder, { seeds: 2, steps: 40, questions: 24 });
    const { path } = await writeReport(folder);
    const html = await Deno.readTextFile(path);
    const body = html.replace(/<script>[^]*?<\/script>/g, "").replace(/<style>[^]*?<\/style>/g, "");
    return { folder, html, body };
  })();
}

const shown = (value: number, decimals: number) =>
  value.toFixed(decimals).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "\u2212");

Deno.test("the tables hold the summary's numbers, arm by arm", async () => {
  const { folder, body } = await report();
  const summary = JSON.parse(await Deno.readTextFile(join(folder, "summary.json")));
  const tables = [...body.matchAll(/<table class="arms">([^]*?)<\/table>/g)].map(([, t]) => t!);
  assertEquals(tables.length, 2);
  ["test", "ood"].forEach((split, index) => {
    for (const { arm, splits } of summary.arms) {
      const row = tables[index]!.split("<tr").find((text) =>
        text.includes(`<span class="arm-name">${arm}</span>`)
      )!;
      if (arm === "broken") {
        assertStringIncludes(row, "failed: seeds 1, 2: Cannot update: loss must be finite");
        continue;
      }
      const { accuracy, tokens, reward } = splits[split];
      for (
        const [{ mean, low, high }, scale, decimals] of [
          [accuracy, 100, 1],
          [tokens, 1, 1],
          [reward, 1, 2],
        ]
      ) {
        assertStringIncludes(row, `<span class="mean">${shown(mean * scale, decimals)}</span>`);
        assertStringIncludes(
          row,
          `[${shown(low * scale, decimals)}, ${shown(high * scale, decimals)}]`,
        );
      }
      const difference = splits[split].deltaAccuracyVsReference;
      if (difference) assertStringIncludes(row, shown(difference.mean * 100, 1));
    }
  });
});

Deno.test("every section is there, and says what failed", async () => {
  const { body } = await report();
  for (
    const id of [
      "result",
      "frontier",
      "asked",
      "curves",
      "diagnoses",
      "components",
      "budgets",
      "kinds",
      "samples",
      "costs",
      "provenance",
      "definitions",
    ]
  ) {
    assertStringIncludes(body, `<section id="${id}"`);
    assertStringIncludes(body, `href="#${id}"`);
  }
  assertStringIncludes(body, "shortest: 1 seed of 2 without a result");
  assertStringIncludes(body, "sha256:3f7a9b2c5d1e8f604b7a9c3d2e1f0a5b6c7d8e9f");
  assertStringIncludes(body, "0123456789abcdef0123456789abcdef01234567");
  assertStringIncludes(body, "<td>412 MiB</td><td>530 MiB</td>");
  assertStringIncludes(body, "Of 96 rollouts, 12 failed.");
});

Deno.test("text of completions cannot become markup", async () => {
  const { body } = await report();
  assertStringIncludes(body, "&lt;script&gt;alert(1)&lt;/script&gt;");
  assertEquals([...body.matchAll(/<script/g)].length, 1);
  assertStringIncludes(body, '<script type="application/json" id="curve-data">');
  assertEquals(/<img|<iframe|<link|<a (?!href="#)/.test(body), false);
  assertEquals(/<[^>"]*\son\w+=/.test(body), false);
  assert(!body.includes("\u0000") && !body.includes(HOSTILE.long.slice(0, 5000)));
});

Deno.test("the page asks nothing of the network, and its policy says so", async () => {
  const { html, body } = await report();
  const outside = [...body.matchAll(/\b(?:src|href|action|data|poster)="([^"#][^"]*)"/g)];
  assertEquals(outside.map(([, url]) => url), []);
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)!;
  assertStringIncludes(policy!, "default-src 'none'");
  assertEquals(/script-src[^;]*unsafe/.test(policy!), false);
  const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => text!);
  assertEquals(scripts.length, 2);
  for (const script of scripts) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    assertStringIncludes(policy!, `'sha256-${new Uint8Array(digest).toBase64()}'`);
  }
});

Deno.test("the curves' data in the page are the run's metrics", async () => {
  const { folder, body } = await report();
  const [, json] = /id="curve-data">([^<]*)<\/script>/.exec(body)!;
  const figure = JSON.parse(json!);
  assertEquals(figure.window, 2);
  const reward = figure.panels.find(({ metric }: { metric: string }) => metric === "reward");
  const exact = reward.curves.find(({ arm }: { arm: string }) => arm === "exact");
  const seeds = await Promise.all([1, 2].map(async (seed) => {
    const path = join(folder, "arms", "exact", `seed-${seed}`, "metrics.jsonl");
    return (await Deno.readTextFile(path)).trim().split("\n").map((line) =>
      JSON.parse(line).reward
    );
  }));
  assertEquals(exact.raw.mean.length, 40);
  exact.raw.mean.forEach((mean: number, index: number) => {
    assertAlmostEquals(mean, (seeds[0]![index] + seeds[1]![index]) / 2, 1e-5);
  });
  const kl = figure.panels.find(({ metric }: { metric: string }) => metric === "kl");
  assert(!kl.curves.some(({ arm }: { arm: string }) => arm === "shortest"));
});

Deno.test("the page stays under 4 MB and replaces an older one", async () => {
  const { folder, html } = await report();
  assertLess(html.length, 4_000_000);
  assertGreater(html.length, 1_000_000);
  await writeReport(folder);
  const left = (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) =>
    name.endsWith(".part")
  );
  assertEquals(left, []);
});

Deno.test("a script that could end its element is refused", async () => {
  const parts = { title: "", kicker: "", lead: "", sections: [], footer: "", style: "" };
  let message = "";
  try {
    await buildPage({ ...parts, scripts: ["'</script>'"] });
  } catch (error) {
    message = (error as Error).message;
  }
  assertStringIncludes(message, "must hold no end tag");
});

Deno.test("a run that has barely begun gets a report, too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "terse-report-" });
  try {
    await writeMadeRun(folder, { seeds: 1, steps: 2, questions: 4 });
    await Deno.remove(join(folder, "summary.json"));
    await Deno.remove(join(folder, "arms"), { recursive: true });
    const { path } = await writeReport(folder);
    const html = await Deno.readTextFile(path);
    assertStringIncludes(html, "no summary yet");
    assertLess(html.length, 100_000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the command prints the report's path, and names what is missing", async () => {
  const { folder } = await report();
  const run = (argument: string) =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        fileURLToPath(new URL("./write_report.ts", import.meta.url)),
        argument,
      ],
    }).output();
  const good = await run(folder);
  assertEquals(new TextDecoder().decode(good.stdout).trim(), join(folder, "report.html"));
  const bad = await run(join(folder, "arms"));
  assertEquals(bad.code, 1);
  assertStringIncludes(new TextDecoder().decode(bad.stderr), "experiment.json");
});
