import { assert, assertEquals } from "@std/assert";
import { placeLabels } from "./place_labels.ts";

Deno.test("a lone name stands right of its point, or left of it at the right edge", () => {
  assertEquals(placeLabels([{ x: 50, y: 50, text: "abc" }], 200, 100), [
    { x: 60, y: 50, align: "left" },
  ]);
  assertEquals(placeLabels([{ x: 195, y: 50, text: "abc" }], 200, 100), [
    { x: 185, y: 50, align: "right" },
  ]);
});

Deno.test("names of a crowd do not cover one another", () => {
  const points = [0, 4, 8, 12].map((shift) => ({ x: 100 + shift, y: 100 + shift, text: "exact" }));
  const placed = placeLabels(points, 300, 200);
  placed.forEach((a, i) =>
    placed.slice(0, i).forEach((b) => {
      assert(a.align !== b.align || Math.abs(a.y - b.y) >= 14 || Math.abs(a.x - b.x) >= 30);
    })
  );
});

Deno.test("a name gives way to an obstacle", () => {
  const obstacle = { left: 55, right: 120, top: 45, bottom: 55 };
  const [label] = placeLabels([{ x: 50, y: 50, text: "abc" }], 200, 100, [obstacle]);
  assert(label!.align === "right" || Math.abs(label!.y - 50) >= 11);
});
