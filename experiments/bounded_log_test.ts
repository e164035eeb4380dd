import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { openLog } from "./bounded_log.ts";

Deno.test("a log keeps its newest lines within its bound", async () => {
  const folder = await Deno.makeTempDir({ prefix: "terse-log-" });
  try {
    const path = join(folder, "log.txt");
    const log = openLog(path, 30);
    for (let i = 1; i <= 9; i++) log.write(`line ${i}...`);
    log.write("");
    assertEquals(log.lastLine(), "line 9...");
    log.close();
    // Three lines of ten bytes fill a half.
    assertEquals(await Deno.readTextFile(`${path}.1`), "line 7...\nline 8...\nline 9...\n");
    assertEquals(await Deno.readTextFile(path), "\n");

    const again = openLog(path, 30);
    again.write("goes on");
    again.write("x".repeat(10_000));
    again.close();
    assertEquals(await Deno.readTextFile(`${path}.1`), "\ngoes on\n");
    assertEquals((await Deno.readTextFile(path)).length, 8 * 1024 + 4);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
