import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform } from "@terse/data";
import { drawToken, type TokenSampling } from "./sampling.ts";

// Probabilities 0.5, 0.3, 0.15, 0.05 in vocabulary order 2, 0, 3, 1.
const logits = new Float32Array([0.3, 0.05, 0.5, 0.15].map(Math.log));
const whole = { temperature: 1, topK: 0, topP: 1, minP: 0 };

Deno.test("draws follow the distribution and carry its log-probabilities", () => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const { id, logprob } = drawToken(logits, whole, uniform("test", 1, i));
    counts[id]!++;
    assertAlmostEquals(logprob, logits[id]!, 1e-6);
  }
  [0.3, 0.05, 0.5, 0.15].forEach((p, id) => assertAlmostEquals(counts[id]! / 20_000, p, 0.015));
});

Deno.test("temperature sharpens: p^2 renormalised at 0.5", () => {
  const norm = 0.5 ** 2 + 0.3 ** 2 + 0.15 ** 2 + 0.05 ** 2;
  const { id, logprob } = drawToken(logits, { ...whole, temperature: 0.5 }, 0.99999);
  assertEquals(id, 3);
  assertAlmostEquals(logprob, Math.log(0.15 ** 2 / norm), 1e-6);
});

Deno.test("temperature 0 takes the likeliest token", () => {
  for (const u of [0, 0.5, 0.999]) {
    assertEquals(drawToken(logits, { ...whole, temperature: 0 }, u).id, 2);
  }
});

Deno.test("the nucleus is the smallest set that reaches topP", () => {
  const drawn = (topP: number) =>
    new Set(
      Array.from(
        { length: 500 },
        (_, i) => drawToken(logits, { ...whole, topP }, i / 500).id,
      ),
    );
  assertEquals(drawn(0.49), new Set([2]));
  assertEquals(drawn(0.79), new Set([0, 2]));
  assertEquals(drawn(0.81), new Set([0, 2, 3]));
  assertEquals(drawn(0.99), new Set([0, 1, 2, 3]));
});

Deno.test("a nucleus keeps the log-probability of the whole distribution", () => {
  assertAlmostEquals(
    drawToken(logits, { ...whole, topP: 0.6 }, 0).logprob,
    Math.log(0.3),
    1e-6,
  );
});

/** The tokens that can be drawn. */
function drawnIds(cut: Partial<TokenSampling>): Set<number> {
  return new Set(
    Array.from({ length: 500 }, (_, i) => drawToken(logits, { ...whole, ...cut }, i / 500).id),
  );
}

Deno.test("top-k keeps the likeliest k, and what is as likely as the last of them", () => {
  assertEquals(drawnIds({ topK: 1 }), new Set([2]));
  assertEquals(drawnIds({ topK: 3 }), new Set([0, 2, 3]));
  assertEquals(drawnIds({ topK: 9 }), new Set([0, 1, 2, 3]));
  const tied = new Float32Array([1, 2, 1]);
  const ids = [0, 0.5, 0.99].map((u) => drawToken(tied, { ...whole, topK: 2 }, u).id);
  assertEquals(ids, [0, 1, 2]);
});

Deno.test("min-p is a share of the likeliest token's probability", () => {
  assertEquals(drawnIds({ minP: 0.61 }), new Set([2]));
  assertEquals(drawnIds({ minP: 0.29 }), new Set([0, 2, 3]));
  assertEquals(drawnIds({ minP: 0.05 }), new Set([0, 1, 2, 3]));
});

Deno.test("top-p is a share of what top-k leaves", () => {
  // Of 0.5 and 0.3 the first has 5/8.
  assertEquals(drawnIds({ topK: 2, topP: 0.62 }), new Set([2]));
  assertEquals(drawnIds({ topK: 2, topP: 0.63 }), new Set([0, 2]));
});

Deno.test("NaN logits are refused", () => {
  assertThrows(() => drawToken(new Float32Array([0, NaN]), whole, 0.1), RangeError, "NaN");
});
