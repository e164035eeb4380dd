import type { UserRewardInput } from "@terse/rewards";

/** Does what the completion says: throws, loops for ever, or answers later with a column's lengths. */
export default async function awkward({ completions, answer, step }: UserRewardInput) {
  if (completions[0] === "throw") throw new RangeError("no such score");
  if (completions[0] === "loop") { for (;;); }
  if (completions[0] === "odd") return [NaN, "1"];
  if (completions[0] === "function") return () => 0;
  await new Promise((resolve) => setTimeout(resolve, 1));
  return answer.map((text) => text.length + step);
}
