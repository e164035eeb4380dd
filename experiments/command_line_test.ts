import { assertEquals } from "@std/assert";
import { resumeCommand } from "./command_line.ts";

Deno.test("resumeCommand keeps the arguments, sets the folder and resumes once", () => {
  assertEquals(
    resumeCommand("ablate", ["mine.ts", "--out=a", "--steps", "5", "--resume"], "/r/a"),
    "deno task ablate mine.ts --steps 5 --out /r/a --resume",
  );
  assertEquals(
    resumeCommand("ablate", ["--out", "a b", "--data", "it's.json"], "a b"),
    `deno task ablate --data 'it'\\''s.json' --out 'a b' --resume`,
  );
});
