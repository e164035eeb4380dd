import { assertEquals } from "@std/assert";
import { TOPICS } from "./facts.ts";
import { UNSEEN_TOPICS } from "./unseen_facts.ts";

Deno.test("there are 60 facts, and within a topic no subject or answer occurs twice", () => {
  assertEquals(TOPICS.flatMap((topic) => topic.pairs).length, 60);
  for (const { name, pairs } of [...TOPICS, ...UNSEEN_TOPICS]) {
    assertEquals(new Set(pairs.map(([subject]) => subject)).size, pairs.length, name);
    assertEquals(new Set(pairs.map(([, answer]) => answer)).size, pairs.length, name);
    // Every fact needs its confusable neighbour, and two more facts for the other options.
    assertEquals(pairs.length % 2, 0, name);
  }
});

Deno.test("a confusable answer shares no word with the right one", () => {
  for (const { pairs } of [...TOPICS, ...UNSEEN_TOPICS]) {
    pairs.forEach(([, answer], i) => {
      const words = answer.split(" ");
      assertEquals(words.some((word) => pairs[i ^ 1]![1].split(" ").includes(word)), false, answer);
      assertEquals(words.length <= 3, true, answer);
    });
  }
});

Deno.test("every stem has one place for its subject", () => {
  for (const { name, stems, reverseStems } of TOPICS) {
    assertEquals(new Set([...stems, ...reverseStems]).size, 6, name);
    for (const stem of [...stems, ...reverseStems]) {
      assertEquals(stem.split("{x}").length, 2, stem);
    }
  }
});

Deno.test("unseen topics share no name, subject or answer with trained ones", () => {
  const trained = new Set(TOPICS.flatMap(({ name, pairs }) => [name, ...pairs.flat()]));
  for (const { name, pairs, stems } of UNSEEN_TOPICS) {
    for (const text of [name, ...pairs.flat()]) assertEquals(trained.has(text), false, text);
    for (const stem of stems) assertEquals(stem.split("{x}").length, 2, stem);
  }
});
