import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** The bytes of a safetensors file, made without the code under test. */
function fileBytes(header: unknown, data: readonly number[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

async function fileOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const path = join(await Deno.makeTempDir(), "model.safetensors");
  await Deno.writeFile(path, bytes);
  return path;
}

async function assertRefused(header: unknown, data: readonly number[], message: string) {
  const path = await fileOf(fileBytes(header, data));
  const error = await assertRejects(() => readSafetensors(path), Error, message);
  assertEquals((error as Error).message.includes(path), true);
}

const entry = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

Deno.test("F32, F16 and BF16 are read as float32, by their offsets", async () => {
  const header = {
    __metadata__: { format: "pt" },
    c: entry("BF16", [1, 2], 8, 12),
    a: entry("F32", [1], 0, 4),
    b: entry("F16", [2, 1], 4, 8),
    empty: entry("F32", [0, 3], 4, 4),
  };
  // 1.5 is 3fc00000; 1 and 2^-24 are 3c00 and 0001; -2 and infinity are c000 and 7f80.
  const data = [0, 0, 0xc0, 0x3f, 0, 0x3c, 1, 0, 0, 0xc0, 0x80, 0x7f];
  const { tensors, metadata } = await readSafetensors(await fileOf(fileBytes(header, data)));
  assertEquals(metadata, { format: "pt" });
  assertEquals(tensors.get("a"), { shape: [1], data: Float32Array.of(1.5) });
  assertEquals(tensors.get("b"), { shape: [2, 1], data: Float32Array.of(1, 2 ** -24) });
  assertEquals(tensors.get("c"), { shape: [1, 2], data: Float32Array.of(-2, Infinity) });
  assertEquals(tensors.get("empty"), { shape: [0, 3], data: new Float32Array(0) });
});

Deno.test("headers that do not fit are refused, naming file and tensor", async () => {
  const four = [0, 0, 0, 0], eight = [...four, ...four];
  await assertRefused({ w: entry("I64", [1], 0, 8) }, eight, "tensor w");
  await assertRefused({ w: entry("F32", [2], 0, 4) }, four, "8 bytes apart");
  await assertRefused({ w: entry("F32", [-1], 0, 4) }, four, "shape must be");
  await assertRefused({ w: { dtype: "F32", shape: [1] } }, four, "data_offsets must be");
  await assertRefused({ w: entry("F32", [1], 4, 8) }, eight, "tensor w");
  const overlap = { v: entry("F32", [1], 0, 4), w: entry("F32", [1], 2, 6) };
  await assertRefused(overlap, eight, "must start at byte 4");
  await assertRefused({ w: entry("F32", [1], 0, 4) }, eight, "must end with its last tensor");
  await assertRefused([], [], "JSON object");
});

Deno.test("a file that is cut off is refused, naming the tensor or the header", async () => {
  const header = { v: entry("F32", [1], 0, 4), w: entry("F32", [2], 4, 12) };
  const whole = fileBytes(header, Array(12).fill(0));
  const path = await fileOf(whole.slice(0, -1));
  await assertRejects(() => readSafetensors(path), Error, `tensor w from ${path}`);
  await Deno.writeFile(path, whole.slice(0, 20));
  await assertRejects(() => readSafetensors(path), Error, "the header from");
  await Deno.writeFile(path, whole.slice(0, 5));
  await assertRejects(() => readSafetensors(path), Error, "the header size from");
  await Deno.writeTextFile(path, "this is no model at all");
  await assertRejects(() => readSafetensors(path), Error, "no safetensors file");
  await assertRejects(() => readSafetensors(path + ".none"), Error, ".none");
});

Deno.test("what is written has the format's layout", async () => {
  const path = join(await Deno.makeTempDir(), "model.safetensors");
  // A view into a larger array: only its own values may reach the file.
  const data = Float32Array.of(9, 1, -0.5, 9).subarray(1, 3);
  await writeSafetensors(path, new Map([["w", { shape: [2, 1], data }]]), { step: "7" });
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer);
  const headerBytes = view.getUint32(0, true);
  assertEquals(headerBytes % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  assertEquals(header, { __metadata__: { step: "7" }, w: entry("F32", [2, 1], 0, 8) });
  assertEquals(bytes.length, 8 + headerBytes + 8);
  assertEquals([view.getFloat32(8 + headerBytes, true), view.getFloat32(12 + headerBytes, true)], [
    1,
    -0.5,
  ]);
});

Deno.test("tensors come back as they were written, signed zero and NaN included", async () => {
  const path = join(await Deno.makeTempDir(), "model.safetensors");
  const tensors = new Map([
    ["b", { shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 3.4e38) }],
    ["a", { shape: [], data: Float32Array.of(5) }],
  ]);
  await writeSafetensors(path, tensors, {});
  const read = await readSafetensors(path);
  assertEquals([...read.tensors], [...tensors]);
});

Deno.test("a write that fails leaves the old file and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "model.safetensors");
  await writeSafetensors(path, new Map([["w", { shape: [1], data: Float32Array.of(1) }]]), {});
  const before = await Deno.readFile(path);
  const wrong = new Map([["w", { shape: [3], data: Float32Array.of(1) }]]);
  await assertRejects(() => writeSafetensors(path, wrong, {}), Error, "tensor w");
  assertEquals(await Deno.readFile(path), before);
  assertEquals([...Deno.readDirSync(folder)].map((file) => file.name), ["model.safetensors"]);
});
