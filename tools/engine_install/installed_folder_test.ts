import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileSizes, isInstalled, writeRecord } from "./installed_folder.ts";

async function withFolder(test: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "tensorflow"));
    await Deno.writeTextFile(join(folder, "tensorflow", "library"), "12345");
    await Deno.writeTextFile(join(folder, "binding"), "123");
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const record = { libtensorflow: "2.21.0", build: "cpu", tfjsNode: "4.22.0", wheels: {} };

Deno.test("fileSizes: every file by its path", () =>
  withFolder((folder) =>
    assertEquals(fileSizes(folder), { [join("tensorflow", "library")]: 5, binding: 3 })
  ));

Deno.test("isInstalled: true for what was recorded, false before", () =>
  withFolder((folder) => {
    assertEquals(isInstalled(folder, "4.22.0"), false);
    writeRecord(folder, record);
    assert(isInstalled(folder, "4.22.0"));
  }));

Deno.test("isInstalled: false for another tfjs-node, whose binding is another", () =>
  withFolder((folder) => {
    writeRecord(folder, record);
    assertEquals(isInstalled(folder, "4.23.0"), false);
  }));

Deno.test("isInstalled: false when a file was cut short", () =>
  withFolder((folder) => {
    writeRecord(folder, record);
    Deno.writeTextFileSync(join(folder, "tensorflow", "library"), "1");
    assertEquals(isInstalled(folder, "4.22.0"), false);
  }));

Deno.test("isInstalled: false when a file is gone", () =>
  withFolder((folder) => {
    writeRecord(folder, record);
    Deno.removeSync(join(folder, "binding"));
    assertEquals(isInstalled(folder, "4.22.0"), false);
  }));
