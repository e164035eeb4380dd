/**
 * The sections of an inspection's page, in order; one that has nothing to show is left out.
 *
 * @module
 */

import type { Inspection, PairExample, SampleRow } from "@terse/data";
import { drawChart } from "../charts/svg.ts";
import { escapeHtml } from "../escape.ts";
import { count, formatNumber, listInWords } from "../format.ts";
import { drawFigure, type Section } from "../page/page_parts.ts";
import { plainTable } from "../page/plain_table.ts";
import { lengthsSpec, lettersSpec } from "./charts.ts";

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
}

function percent(share: number, decimals = 1): string {
  return `${formatNumber(100 * share, decimals)} %`;
}

function formatP(p: number): string {
  return p < 1e-4 ? "< 0.0001" : formatNumber(p, 4);
}

function findingsSection(found: Inspection): Section {
  const sources = new Set(found.counts.map(({ source }) => source)).size;
  const left = found.files.reduce((sum, { skipped }) => sum + skipped, 0);
  const { checked, failed } = found.gold;
  const sentences = [
    `${count(found.rows, "question")} of ${count(sources, "source")}; ${
      count(left, "row")
    } left out.`,
    `${formatNumber(checked - failed)} of ${formatNumber(checked)} gold answers earn full marks ` +
    `under the corrected reward.`,
    `${count(found.duplicates.exact, "exact duplicate")}, ` +
    `${count(found.duplicates.near, "near-duplicate")}.`,
  ];
  const warnings = found.warnings.length === 0
    ? "<p>Nothing else to be looked at was found.</p>"
    : `<div class="notice"><b>To be looked at</b>${list(found.warnings)}</div>`;
  const notices = found.notices.length === 0
    ? ""
    : `<div class="notice"><b>Terms and known faults</b>${list(found.notices)}</div>`;
  return {
    id: "findings",
    title: "What was found",
    short: "Findings",
    body: `<div class="result">${
      sentences.map((text) => `<p>${escapeHtml(text)}</p>`).join("")
    }</div>${warnings}${notices}`,
  };
}

function countsSection({ counts }: Inspection): Section {
  return {
    id: "questions",
    title: "Questions by source, kind and split",
    short: "Questions",
    body: plainTable(
      ["source", "<kind", "<split", "questions"],
      counts.map(({ source, kind, split, rows }) => [source, kind, split, formatNumber(rows)]),
    ),
  };
}

async function lengthsSection(found: Inspection): Promise<Section[]> {
  const spec = lengthsSpec(found);
  if (spec === null) return [];
  const rows = found.lengths.map(({ source, rows, least, median, p95, most }) => [
    source,
    ...[rows, least, median, p95, most].map((value) => formatNumber(value)),
  ]);
  return [{
    id: "lengths",
    title: "Lengths",
    short: "Lengths",
    body: drawFigure(
      await drawChart(spec, "lengths"),
      `Histograms of the length of questions in ${found.lengthUnit}, one for each source`,
      `Share of a source's questions by their length in ${escapeHtml(found.lengthUnit)}, on a ` +
        "logarithmic axis. Dark line: median.",
    ) + plainTable(["source", "questions", "least", "median", "95 % at most", "most"], rows),
  }];
}

async function lettersSection(found: Inspection): Promise<Section[]> {
  const spec = lettersSpec(found);
  if (spec === null) return [];
  const rows = found.letters.map(({ source, options, rows, counts, isFixed, test, isSkewed }) => {
    const most = Math.max(...counts);
    return [
      source + (isFixed ? " (same options everywhere)" : ""),
      formatNumber(options),
      formatNumber(rows),
      `${String.fromCharCode(65 + counts.indexOf(most))} ${percent(most / rows)}`,
      percent(1 / options),
      test === null ? "\u2013" : formatNumber(test.statistic, 1),
      test === null ? "too few" : formatP(test.p),
      isSkewed ? "uneven" : "",
    ];
  });
  return [{
    id: "letters",
    title: "Where the right option stands",
    short: "Answer letters",
    body: drawFigure(
      await drawChart(spec, "letters"),
      "Share of right answers by letter, one panel for each source and number of options",
      "Dashed: equal shares. Orange: uneven by Pearson\u2019s chi-square test of equal shares, at a " +
        "level of 1 % over all tests together (Bonferroni). A policy can learn the commonest place " +
        "instead of the answers; where every question has the same options, it is the classes that " +
        "are unequal.",
    ) + plainTable(
      ["source", "options", "questions", "commonest", "expected", "chi-square", "p", "<"],
      rows,
    ),
  }];
}

function pairTable(
  heads: readonly [string, string],
  pairs: readonly { readonly from: string; readonly to: string; readonly pair: PairExample }[],
): string {
  return pairs.length === 0 ? "" : plainTable(
    [heads[0], `<${heads[1]}`, "similarity", "<question"],
    pairs.map(({ from, to, pair: { similarity, teaser } }) => [
      from,
      to,
      formatNumber(similarity, 2),
      teaser,
    ]),
  );
}

function duplicatesSection({ duplicates: { exact, near, examples } }: Inspection): Section {
  return {
    id: "duplicates",
    title: "Duplicates",
    short: "Duplicates",
    body: `<p>${formatNumber(exact)} questions repeat an earlier one with the same normal text, ` +
      `${
        formatNumber(near)
      } nearly so: a Jaccard similarity of at least 0.8, the same numbers and ` +
      `the same answer.${examples.length > 0 ? " The first of each:" : ""}</p>${
        pairTable(
          ["question", "repeats"],
          examples.map((pair) => ({ from: pair.second, to: pair.first, pair })),
        )
      }`,
  };
}

function overlapsSection({ parts, overlaps }: Inspection): Section[] {
  if (overlaps.length === 0) return [];
  const rowsOf = new Map(parts.map(({ name, rows }) => [name, rows]));
  const shared = overlaps.filter(({ exact, ngram }) => exact + ngram > 0);
  const rows = shared.map(({ part, other, exact, ngram }) => [
    part,
    other,
    formatNumber(exact),
    formatNumber(ngram),
    percent((exact + ngram) / Math.max(1, rowsOf.get(part) ?? 0), 2),
  ]);
  const examples = overlaps.flatMap((overlap) => overlap.examples);
  return [{
    id: "overlaps",
    title: "Overlap of parts",
    short: "Overlap",
    body:
      "<p>Questions of one part that give away questions of another: the same normal text, or at " +
      `least 70 % of its 8-word sequences. ${
        shared.length === 0 ? "None" : formatNumber(shared.length)
      } of ${count(overlaps.length, "pair")} of parts share questions.</p>` +
      (rows.length === 0 ? "" : plainTable(
        ["questions of", "<give away questions of", "exact", "by n-grams", "share"],
        rows,
      )) +
      pairTable(
        ["question", "gives away"],
        examples.slice(0, 20).map((pair) => ({ from: pair.first, to: pair.second, pair })),
      ),
  }];
}

function licencesSection({ licences }: Inspection): Section {
  return {
    id: "licences",
    title: "Licences",
    short: "Licences",
    body: plainTable(
      ["licence", "questions", "<sources"],
      licences.map(({ licence, rows, sources }) => [
        licence,
        formatNumber(rows),
        listInWords(sources),
      ]),
    ),
  };
}

function describeSample({ source, kind, split, id, texts }: SampleRow, isOpen: boolean): string {
  const labels = [source, kind, split, id].map((text) => `<span>${escapeHtml(text)}</span>`).join(
    "",
  );
  const head = (teaser: string) =>
    `<summary><span class="labels">${labels}</span><span class="teaser">${
      escapeHtml(teaser)
    }</span></summary>`;
  if (texts === null) {
    return `<details class="sample">${
      head("not shown: credentialed data must not leave its user\u2019s hands")
    }</details>`;
  }
  const { context, question, options, gold, tags } = texts;
  const entries: [string, string][] = [
    ...(context === "" ? [] : [["context", context] as [string, string]]),
    ["question", question],
    ...options.map(([letter, text]): [string, string] => [`option ${letter}`, text]),
    ["gold answer", gold],
    ...(tags.length === 0 ? [] : [["tags", tags.join(", ")] as [string, string]]),
  ];
  const body = entries.map(([term, text]) =>
    `<div><dt>${term}</dt><dd class="question" dir="auto">${escapeHtml(text)}</dd></div>`
  ).join("");
  return `<details class="sample"${isOpen ? " open" : ""}>${
    head(question.slice(0, 160))
  }<dl>${body}</dl></details>`;
}

function samplesSection({ samples }: Inspection): Section[] {
  if (samples.length === 0) return [];
  return [{
    id: "samples",
    title: "Sample rows",
    short: "Samples",
    body:
      "<p>Two rows of each source, kind and split, drawn by a fixed key. Long texts are cut.</p>" +
      samples.map((sample, i) => describeSample(sample, i === 0)).join(""),
  }];
}

function filesSection({ files, skipped, gold }: Inspection): Section {
  const rows = files.map(({ path, layout, rows, skipped, sha256 }) => [
    path,
    layout,
    formatNumber(rows),
    formatNumber(skipped),
    sha256.slice(0, 16),
  ]);
  const bad = skipped.length === 0 ? "" : `<div class="notice"><b>Rows left out</b>${
    list(
      skipped.map(({ path, row, field, rule, found }) =>
        `${path}, row ${row}: ${field} must be ${rule}: current value is ${found}`
      ),
    )
  }</div>`;
  const failed = gold.examples.length === 0
    ? ""
    : `<div class="notice"><b>Gold answers that do not earn full marks</b>${
      list(gold.examples)
    }</div>`;
  return {
    id: "files",
    title: "Files",
    short: "Files",
    body: plainTable(["file", "<layout", "questions", "left out", "<SHA-256"], rows) + bad + failed,
  };
}

/** Builds all sections of the page. */
export async function inspectionSections(found: Inspection): Promise<Section[]> {
  return [
    findingsSection(found),
    countsSection(found),
    ...await lengthsSection(found),
    ...await lettersSection(found),
    duplicatesSection(found),
    ...overlapsSection(found),
    licencesSection(found),
    ...samplesSection(found),
    filesSection(found),
  ];
}
