/**
 * The frame of the report: one HTML file that asks nothing of the network.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";

/** A section of the page; `body` is HTML whose texts are escaped. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Short title for the table of contents. */
  readonly short: string;
  readonly body: string;
}

/** What a page is put together from. */
export interface PageParts {
  readonly title: string;
  readonly kicker: string;
  readonly lead: string;
  readonly sections: readonly Section[];
  readonly footer: string;
  readonly style: string;
  /** JavaScript, run in this order at the end of the page. */
  readonly scripts: readonly string[];
}

/** Width in pixels from which a chart scrolls on a small screen, instead of shrinking further. */
const WIDE = 640;

/** A figure with its caption; `label` says in words what the chart shows. */
export function drawFigure(svg: string, label: string, caption: string): string {
  const width = Number(/^<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const kind = width >= WIDE ? "chart wide" : "chart";
  return `<figure><div class="${kind}" role="img" aria-label="${escapeHtml(label)}">${svg}</div>` +
    `<figcaption>${caption}</figcaption></figure>`;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toBase64();
}

function checkScript(script: string): string {
  if (/<\/script|<!--|\r/i.test(script)) {
    throw new Error(
      "Cannot put a script into a page: it must hold no end tag, comment or carriage return: " +
        `current script begins ${JSON.stringify(script.slice(0, 60))}`,
    );
  }
  return script;
}

/**
 * Puts the page together. Its content security policy lets run only the scripts given here, by their
 * hashes, and lets nothing be loaded, so that text from a model could do no harm even if it were not
 * escaped.
 *
 * @returns The HTML document.
 */
export async function buildPage(parts: PageParts): Promise<string> {
  const scripts = parts.scripts.map(checkScript);
  const hashes = await Promise.all(
    scripts.map(async (script) => `'sha256-${await sha256(script)}'`),
  );
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.length === 0 ? "'none'" : hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const links = parts.sections.map(({ id, short }) =>
    `<li><a href="#${id}">${escapeHtml(short)}</a></li>`
  );
  const sections = parts.sections.map(({ id, title, body }) =>
    `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${
      escapeHtml(title)
    }</h2>${body}</section>`
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(parts.title)}</title>
<style>${parts.style}</style>
</head>
<body>
<header class="masthead"><p class="kicker">${escapeHtml(parts.kicker)}</p><h1>${
    escapeHtml(parts.title)
  }</h1><p class="lead">${escapeHtml(parts.lead)}</p></header>
<nav aria-label="Contents"><ul>${links.join("")}</ul></nav>
<main>
${sections.join("\n")}
</main>
<footer>${parts.footer}</footer>
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}
