import { assertEquals } from "@std/assert";
import { fileEnds } from "./prepared_files.ts";

const rows = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);

Deno.test("a file has 100,000 rows of short texts, fewer of long ones", () => {
  assertEquals(fileEnds(rows(0), new Uint32Array()), []);
  assertEquals(fileEnds(rows(100_000), new Uint32Array(100_000)), [100_000]);
  assertEquals(fileEnds(rows(250_001), new Uint32Array(250_001)), [100_000, 200_000, 250_001]);
  // 128 Mi characters are three of these and a part of a fourth.
  assertEquals(fileEnds(rows(10), new Uint32Array(10).fill(40 * 2 ** 20)), [4, 8, 10]);
});
