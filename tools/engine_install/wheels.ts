/** A file on PyPI, with the SHA-256 that PyPI publishes for it. */
export interface PinnedWheel {
  readonly requirement: string;
  readonly sha256: string;
}

/** The two builds of libtensorflow: for processors alone, or with NVIDIA's CUDA kernels too. */
export type TensorflowBuild = "cpu" | "cuda";

/** The version of libtensorflow. The wheels below and tfjs-node were tried together with it. */
export const TENSORFLOW_VERSION = "2.21.0";

// A wheel made for Python 3.11 is named because the libraries inside are the same in all of them
// and one name means one checksum, whatever Python runs pip here.
const WHEELS: Readonly<Record<string, PinnedWheel>> = {
  "x86_64-cpu": {
    requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  },
  "x86_64-cuda": {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
  },
  "aarch64-cpu": {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
  },
};

/**
 * The wheel that holds libtensorflow for a machine.
 *
 * @param os as in `Deno.build.os`
 * @param architecture as in `Deno.build.arch`
 * @throws {Error} when PyPI has no such build for the machine
 */
export function tensorflowWheel(
  os: string,
  architecture: string,
  build: TensorflowBuild,
): PinnedWheel {
  const wheel = os === "linux" ? WHEELS[`${architecture}-${build}`] : undefined;
  if (wheel === undefined) {
    throw new Error(
      `Cannot install the tensorflow engine (${build} build): the machine must be Linux on x86_64, ` +
        `or Linux on aarch64 without --cuda: current value is ${os} on ${architecture}. ` +
        `The other engines work here: --engine auto`,
    );
  }
  return wheel;
}

/**
 * The requirements on NVIDIA's libraries that TensorFlow's own metadata names under its extra
 * "and-cuda".
 *
 * @param metadata the text of the wheel's METADATA file
 * @returns requirements as pip reads them, such as "nvidia-nccl-cu12<3.0,>=2.27.7"
 */
export function cudaRequirements(metadata: string): readonly string[] {
  return [...metadata.matchAll(/^Requires-Dist: *([^;\n]+?) *;.*extra == "and-cuda"/gm)]
    .map(([, requirement]) => requirement ?? "");
}

/**
 * The arguments of pip that download wheels for a machine into a folder, whatever Python runs
 * pip and without installing anything.
 *
 * @param architecture as in `Deno.build.arch`
 * @param folder where the wheels go
 */
export function pipDownloadArguments(architecture: string, folder: string): readonly string[] {
  // pip takes a platform tag literally; a wheel for an older C library serves as well.
  const oldestGlibcMinor = 5;
  const newestGlibcMinor = 28;
  const tags = Array.from(
    { length: newestGlibcMinor - oldestGlibcMinor + 1 },
    (_, minor) => `manylinux_2_${newestGlibcMinor - minor}_${architecture}`,
  );
  return [
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--implementation=cp",
    "--python-version=3.11",
    ...[...tags, `manylinux2014_${architecture}`].map((tag) => `--platform=${tag}`),
    `--dest=${folder}`,
  ];
}

/**
 * What of the wheels is kept, as a Python regular expression matched from the start of a name
 * inside a wheel: the libraries, the C headers that the binding includes, NVIDIA's libraries and
 * assembler, the licences, and TensorFlow's metadata.
 */
export const KEPT_FILES = [
  String.raw`tensorflow/libtensorflow_(cc|framework)\.so\.2$`,
  String.raw`tensorflow/include/(tensorflow/c/|xla/tsl/c/|(tensorflow/core|tsl)/platform/ctstring)`,
  String.raw`nvidia/\w+/(lib|bin|nvvm)/`,
  String.raw`[^/]+\.dist-info/(METADATA$|.*LICENSE)`,
].join("|");
