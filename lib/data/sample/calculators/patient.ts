/**
 * Patients for notes: combinations of findings, and the words for them.
 *
 * @module
 */

/** What a note and many formulas tell apart. */
export type Sex = "man" | "woman";

/** Both sexes, for {@link combine}. */
export const SEXES: readonly Sex[] = ["man", "woman"];

/** Subject and possessive by sex, for the beginning of a sentence. */
export const WORDS = {
  man: { subject: "He", possessive: "His" },
  woman: { subject: "She", possessive: "Her" },
} as const satisfies Record<Sex, unknown>;

type Lists = Readonly<Record<string, readonly unknown[]>>;

/** All combinations that take one value from each list, by the lists' names. */
export function combine<L extends Lists>(
  lists: L,
): { readonly [K in keyof L]: L[K][number] }[] {
  return Object.entries(lists).reduce<Record<string, unknown>[]>(
    (all, [name, values]) =>
      all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  ) as { readonly [K in keyof L]: L[K][number] }[];
}

/** `A 54-year-old man`; `An` before eighteen and eighty-odd. */
export function introduce(age: number, sex: Sex): string {
  const article = age === 8 || age === 11 || age === 18 || (age >= 80 && age < 90) ? "An" : "A";
  return `${article} ${age}-year-old ${sex}`;
}

/** `a, b and c`, or with another word before the last. */
export function listWords(words: readonly string[], last = "and"): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
