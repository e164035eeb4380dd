/**
 * Groups of questions that belong together, by union-find.
 *
 * @module
 */

/** Joins rows; each group is known by its least row. */
export class Clusters {
  readonly #parent: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, row) => row);
  }

  /** The least row of a row's group. */
  find(row: number): number {
    const parent = this.#parent;
    let root = row;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = row; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  }

  /** Makes one group of the groups of two rows. */
  join(a: number, b: number): void {
    const rootA = this.find(a), rootB = this.find(b);
    this.#parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
}
