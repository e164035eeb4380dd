/**
 * Which rows decode beside which: rows of one prompt stand in slots of R rows that share the prompt.
 *
 * @module
 */

/** A slot: a prompt and up to R of its rows. */
export interface Slot<Row> {
  /** Index of the prompt; null for a slot that fills the batch up. */
  readonly prompt: number | null;
  /** R entries; null where a place stands empty. */
  readonly rows: readonly (Row | null)[];
}

/** Slots of R rows each. */
export interface RowPlan<Row> {
  readonly rowsPerSlot: number;
  readonly slots: readonly Slot<Row>[];
}

/** What a row costs in columns of a prompt, roughly: a slot costs its prompt's columns, a row its layers. */
const ROW_COST = 512;

/** Sizes of batches where shapes have to be few: 1, 2, 4 and multiples of 8. */
export function roundRows(rows: number): number {
  return rows > 4 ? Math.ceil(rows / 8) * 8 : rows === 3 ? 4 : rows;
}

/**
 * Places rows in slots. Few rows a slot leave fewer places empty, many have fewer prompts to look at.
 *
 * @param rows in the order of their prompts or not; at least one.
 * @param promptColumns columns of a prompt in the cache.
 * @param hasFewShapes whether the batch is filled up to a size of {@link roundRows}.
 */
export function planRows<Row extends { readonly prompt: number }>(
  rows: readonly Row[],
  promptColumns: number,
  hasFewShapes: boolean,
): RowPlan<Row> {
  const byPrompt = Map.groupBy(rows, ({ prompt }) => prompt);
  const counts = [...byPrompt.values()].map((group) => group.length);
  const most = Math.max(...counts);
  const sizes = [most];
  for (let size = 1; size < most; size *= 2) sizes.push(size);
  const slotsFor = (size: number) => {
    const needed = counts.reduce((sum, count) => sum + Math.ceil(count / size), 0);
    return hasFewShapes ? Math.ceil(roundRows(needed * size) / size) : needed;
  };
  const cost = (size: number) => slotsFor(size) * (size * ROW_COST + promptColumns);
  const rowsPerSlot = sizes.reduce((best, size) => cost(size) < cost(best) ? size : best);
  const slots: Slot<Row>[] = [];
  for (const [prompt, group] of byPrompt) {
    for (let first = 0; first < group.length; first += rowsPerSlot) {
      slots.push({
        prompt,
        rows: Array.from({ length: rowsPerSlot }, (_, r) => group[first + r] ?? null),
      });
    }
  }
  while (slots.length < slotsFor(rowsPerSlot)) {
    slots.push({ prompt: null, rows: new Array(rowsPerSlot).fill(null) });
  }
  return { rowsPerSlot, slots };
}
