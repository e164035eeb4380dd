import { assert, assertEquals } from "@std/assert";
import { isSoftwareAdapter } from "./webgpu.ts";

Deno.test("isSoftwareAdapter: Mesa's, Google's and Windows' stand-ins by name or by flag", () => {
  const vendor = "";
  const isFallbackAdapter = false;
  for (
    const description of [
      "llvmpipe (LLVM 15.0.6, 256 bits)",
      "SwiftShader Device (Subzero)",
      "Microsoft Basic Render Driver",
    ]
  ) assert(isSoftwareAdapter({ description, vendor, isFallbackAdapter }), description);
  assert(isSoftwareAdapter({ description: "unnamed", vendor, isFallbackAdapter: true }));
});

Deno.test("isSoftwareAdapter: a graphics card is none", () => {
  const card = { description: "NVIDIA H200", vendor: "4318", isFallbackAdapter: false };
  assertEquals(isSoftwareAdapter(card), false);
});
