import { assertEquals, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { checkArithmetic } from "./engine_checks.ts";
import { loadEngine } from "./engine.ts";
import { findTensorflow } from "./tensorflow.ts";

const installed = findTensorflow().present;

Deno.test({
  name: "loadEngine: tensorflow computes values and gradients as worked by hand" +
    (installed ? "" : " (skipped: run deno task engine:install)"),
  ignore: !installed,
  fn: async () => {
    const engine = await loadEngine("tensorflow");
    assertEquals(tf.getBackend(), "tensorflow");
    assertStringIncludes(engine.version, "libtensorflow");
    checkArithmetic();
  },
});
