import { assertEquals, assertNotEquals } from "@std/assert";
import { sha256Hex } from "./canonical_json.ts";
import type { QuestionRecord } from "./record.ts";
import { hashRecords } from "./record_hash.ts";

const RECORD: QuestionRecord = {
  tags: ["t"],
  id: "1",
  source: "S",
  question: "q",
  context: "",
  options: { B: "b", A: "a" },
  gold: { kind: "choice", letter: "A" },
  split: "test",
  licence: "MIT",
};

const LINE = '{"context":"","gold":{"kind":"choice","letter":"A"},"id":"1","licence":"MIT",' +
  '"options":{"A":"a","B":"b"},"question":"q","source":"S","split":"test","tags":["t"]}';

Deno.test("hashRecords is the SHA-256 of sorted JSON, one record a line", async () => {
  assertEquals(await hashRecords([RECORD, RECORD]), await sha256Hex(`${LINE}\n${LINE}`));
});

Deno.test("hashRecords changes with content, split and order", async () => {
  const other: QuestionRecord = { ...RECORD, id: "2" };
  const hash = await hashRecords([RECORD, other]);
  assertNotEquals(await hashRecords([other, RECORD]), hash);
  assertNotEquals(await hashRecords([RECORD, { ...other, split: "train" }]), hash);
  assertNotEquals(await hashRecords([RECORD]), hash);
});
