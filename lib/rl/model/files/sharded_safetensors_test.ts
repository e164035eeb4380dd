import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { writeSafetensors } from "./safetensors.ts";
import { readFolderWeights } from "./sharded_safetensors.ts";

const one = { shape: [1], data: Float32Array.of(1) };
const two = { shape: [1], data: Float32Array.of(2) };

async function shardedFolder(weightMap: unknown): Promise<string> {
  const folder = await Deno.makeTempDir();
  await writeSafetensors(join(folder, "part-2.safetensors"), new Map([["b", two]]), {});
  await writeSafetensors(join(folder, "part-1.safetensors"), new Map([["a", one]]), {});
  const index = JSON.stringify({ metadata: { total_size: 8 }, weight_map: weightMap });
  await Deno.writeTextFile(join(folder, "model.safetensors.index.json"), index);
  return folder;
}

Deno.test("tensors of all parts are read; the files are in the order of their names", async () => {
  const folder = await shardedFolder({ b: "part-2.safetensors", a: "part-1.safetensors" });
  const { tensors, paths } = await readFolderWeights(folder);
  assertEquals(tensors, new Map([["a", one], ["b", two]]));
  assertEquals(paths, [join(folder, "part-1.safetensors"), join(folder, "part-2.safetensors")]);
});

Deno.test("model.safetensors is taken before an index", async () => {
  const folder = await shardedFolder({});
  const path = join(folder, "model.safetensors");
  await writeSafetensors(path, new Map([["c", one]]), {});
  const { tensors, paths } = await readFolderWeights(folder);
  assertEquals([...tensors.keys()], ["c"]);
  assertEquals(paths, [path]);
});

Deno.test("an index that does not fit its files is refused by name", async () => {
  const refused = async (weightMap: unknown, message: string) => {
    const folder = await shardedFolder(weightMap);
    await assertRejects(() => readFolderWeights(folder), Error, message);
  };
  await refused(null, "weight_map");
  await refused({ a: "../part-1.safetensors" }, "same folder");
  await refused({ a: "part-3.safetensors" }, "part-3.safetensors");
  await refused({ a: "part-1.safetensors", c: "part-1.safetensors" }, "tensor c");
  await refused({ a: "part-2.safetensors" }, "tensor b");
  const empty = await Deno.makeTempDir();
  await assertRejects(() => readFolderWeights(empty), Error, "must hold model.safetensors");
});
