/** Pays for a completion that ends with a dot; does not apply to an empty one. */
export function endsWithDot({ completions }: { completions: readonly string[] }) {
  return completions.map((text) => text === "" ? null : Number(text.endsWith(".")));
}
