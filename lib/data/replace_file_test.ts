import { assertEquals, assertRejects } from "@std/assert";
import { replaceFile } from "./replace_file.ts";

Deno.test("replaceFile replaces the content and leaves no other file", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.txt`;
  await Deno.writeTextFile(path, "old");
  await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, "new"));
  assertEquals(await Deno.readTextFile(path), "new");
  assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["a.txt"]);
});

Deno.test("replaceFile keeps the old file when writing fails half way", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.txt`;
  await Deno.writeTextFile(path, "old");
  await assertRejects(
    () =>
      replaceFile(path, async (temporary) => {
        await Deno.writeTextFile(temporary, "ne");
        throw new Error("disk full");
      }),
    Error,
    "disk full",
  );
  assertEquals(await Deno.readTextFile(path), "old");
  assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["a.txt"]);
});
