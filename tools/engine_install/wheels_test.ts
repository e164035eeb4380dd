import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { cudaRequirements, KEPT_FILES, pipDownloadArguments, tensorflowWheel } from "./wheels.ts";

Deno.test("tensorflowWheel: each supported machine has a pinned wheel", () => {
  assertMatch(tensorflowWheel("linux", "x86_64", "cpu").requirement, /^tensorflow-cpu==/);
  assertMatch(tensorflowWheel("linux", "x86_64", "cuda").requirement, /^tensorflow==/);
  assertMatch(tensorflowWheel("linux", "aarch64", "cpu").sha256, /^[0-9a-f]{64}$/);
});

Deno.test("tensorflowWheel: other machines are refused by name", () => {
  assertThrows(() => tensorflowWheel("darwin", "aarch64", "cpu"), Error, "darwin on aarch64");
  assertThrows(() => tensorflowWheel("linux", "aarch64", "cuda"), Error, "without --cuda");
});

Deno.test("cudaRequirements: only the extra's requirements, without their markers", () => {
  const metadata = [
    "Requires-Dist: numpy>=1.26.0",
    'Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"',
    'Requires-Dist: gcs>=0.23.1; (sys_platform != "win32") and extra == "gcs-filesystem"',
    'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3 ; extra == "and-cuda"',
  ].join("\n");
  assertEquals(cudaRequirements(metadata), [
    "nvidia-nccl-cu12<3.0,>=2.27.7",
    "nvidia-cudnn-cu12<10.0,>=9.3",
  ]);
});

Deno.test("pipDownloadArguments: names the platforms newest first, and the folder", () => {
  const args = pipDownloadArguments("aarch64", "/tmp/w");
  const platforms = args.filter((arg) => arg.startsWith("--platform="));
  assertEquals(platforms[0], "--platform=manylinux_2_28_aarch64");
  assert(platforms.includes("--platform=manylinux_2_17_aarch64"));
  assert(args.includes("--dest=/tmp/w"));
});

Deno.test("KEPT_FILES: libraries, the binding's headers and licences, nothing else", () => {
  const isKept = (name: string) => new RegExp(`^(?:${KEPT_FILES})`).test(name);
  const kept = [
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "tensorflow/include/tensorflow/c/eager/c_api.h",
    "tensorflow/include/tsl/platform/ctstring_internal.h",
    "nvidia/cudnn/lib/libcudnn.so.9",
    "nvidia/cuda_nvcc/bin/ptxas",
    "tensorflow-2.21.0.dist-info/METADATA",
  ];
  const dropped = [
    "tensorflow/include/Eigen/Core",
    "tensorflow/python/keras/losses.py",
    "nvidia/cudnn/include/cudnn.h",
    "tensorflow-2.21.0.dist-info/RECORD",
  ];
  assertEquals(kept.filter((name) => !isKept(name)), []);
  assertEquals(dropped.filter(isKept), []);
});
