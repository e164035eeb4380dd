import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { chooseEngine, type EngineFinders, type EnginePresence } from "./choice.ts";

const present: EnginePresence = { present: true, software: false };
const software: EnginePresence = { present: true, software: true };
const missing: EnginePresence = {
  present: false,
  missing: "its library is not installed",
  remedy: "Install it: some command",
};

function findersFor(
  tensorflow: EnginePresence,
  webgpu: EnginePresence,
  wasm: EnginePresence = present,
): EngineFinders {
  return { tensorflow: () => tensorflow, webgpu: () => Promise.resolve(webgpu), wasm: () => wasm };
}

Deno.test("chooseEngine: auto takes tensorflow first and gives no hint", async () => {
  const choice = await chooseEngine("auto", findersFor(present, present));
  assertEquals(choice, {
    name: "tensorflow",
    reason: "auto chose tensorflow (it is the fastest)",
    hint: null,
  });
});

Deno.test("chooseEngine: auto does not look for webgpu once tensorflow is there", async () => {
  const lookedFor: string[] = [];
  await chooseEngine("auto", {
    tensorflow: () => present,
    webgpu: () => {
      lookedFor.push("webgpu");
      return present;
    },
    wasm: () => present,
  });
  assertEquals(lookedFor, []);
});

Deno.test("chooseEngine: auto takes a real graphics card without tensorflow, and hints", async () => {
  const choice = await chooseEngine("auto", findersFor(missing, present));
  assertEquals(choice.name, "webgpu");
  assertStringIncludes(choice.reason, "tensorflow is missing: its library is not installed");
  assertStringIncludes(choice.hint ?? "", "deno task engine:install");
});

Deno.test("chooseEngine: auto passes over a software adapter and says so", async () => {
  const choice = await chooseEngine("auto", findersFor(missing, software));
  assertEquals(choice.name, "wasm");
  assertStringIncludes(choice.reason, "webgpu has only a software adapter");
});

Deno.test("chooseEngine: auto falls back to wasm", async () => {
  const choice = await chooseEngine("auto", findersFor(missing, missing));
  assertEquals(choice.name, "wasm");
});

Deno.test("chooseEngine: auto without any engine names them all", async () => {
  const error = await assertRejects(
    () => chooseEngine("auto", findersFor(missing, software, missing)),
    Error,
    "one of tensorflow, webgpu, wasm must be usable",
  );
  assertStringIncludes((error as Error).message, "webgpu has only a software adapter");
});

Deno.test("chooseEngine: an engine asked for by name is taken though a faster one is there", async () => {
  const choice = await chooseEngine("wasm", findersFor(present, present));
  assertEquals(choice, { name: "wasm", reason: "wasm was asked for", hint: null });
});

Deno.test("chooseEngine: a software adapter is good enough when webgpu is asked for", async () => {
  const choice = await chooseEngine("webgpu", findersFor(present, software));
  assertEquals(choice.name, "webgpu");
});

Deno.test("chooseEngine: a missing engine asked for by name says what and how to get it", async () => {
  await assertRejects(
    () => chooseEngine("tensorflow", findersFor(missing, present)),
    Error,
    "Cannot use the tensorflow engine: it must be present: current value is missing, because its " +
      "library is not installed. Install it: some command",
  );
});
