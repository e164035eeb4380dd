import { assertEquals } from "@std/assert";
import { canonicalJson, sha256Hex } from "./canonical_json.ts";

Deno.test("canonicalJson sorts keys at every depth and keeps the order of lists", () => {
  assertEquals(
    canonicalJson({ b: [{ z: null, a: true }, 2], a: "x\n\u00e9", B: 1.5 }),
    '{"B":1.5,"a":"x\\n\u00e9","b":[{"a":true,"z":null},2]}',
  );
});

Deno.test("sha256Hex of abc is FIPS 180-4's example", async () => {
  assertEquals(
    await sha256Hex("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
