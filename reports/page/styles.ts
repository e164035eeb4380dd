/**
 * The style that all pages share.
 *
 * @module
 */

/** In the order in which later rules win. */
const STYLES = ["text", "tables", "figures", "lists", "samples", "audit", "small_screen", "print"];

/** The style sheets of reports/page/style as one text. */
export async function readStyles(): Promise<string> {
  const texts = await Promise.all(
    STYLES.map((name) => Deno.readTextFile(new URL(`./style/${name}.css`, import.meta.url))),
  );
  return texts.join("\n");
}
