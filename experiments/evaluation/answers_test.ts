import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type AnswerRow, openJournal, readJournal } from "./answers.ts";

const rows = (completion: string) => [{ completion }] as AnswerRow[];

Deno.test("a journal gives back what was added, the last answers of a unit, and no torn line", async () => {
  const path = join(await Deno.makeTempDir(), "answers.jsonl");
  assertEquals(await readJournal(path), new Map());
  const journal = await openJournal(path, new Map([["a", rows("first")]]));
  await Promise.all(["b", "c", "d"].map((unit) => journal.append(unit, rows(unit.repeat(9999)))));
  await journal.append("a", rows("again"));
  journal.close();
  await Deno.writeTextFile(path, '{"unit":"e","rows":[{"comp', { append: true });
  const found = await readJournal(path);
  assertEquals([...found.keys()].sort(), ["a", "b", "c", "d"]);
  assertEquals(found.get("a"), rows("again"));

  // Opened again it holds whole lines only, so that what is added stands on a line of its own.
  const resumed = await openJournal(path, found);
  await resumed.append("e", rows("whole"));
  resumed.close();
  assertEquals((await readJournal(path)).size, 5);
});
