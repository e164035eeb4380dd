import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { NOTEBOOKS } from "./notebook_cells.ts";
import { hasJupyter } from "./notebook_environment.ts";
import { runNotebook } from "./notebook_run.ts";

const SHIELD = 'import { shieldKernel } from "./kernel_shield.ts"; shieldKernel();';

interface Output {
  readonly output_type: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Runs cells in the project's kernel and gives each one's outputs. */
async function runCells(
  sources: readonly string[],
): Promise<{ passed: boolean; outputs: Output[][] }> {
  const folder = await Deno.makeTempDir({ dir: NOTEBOOKS, prefix: ".kernel-test-" });
  try {
    const cells = sources.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source: source.replace("./kernel_shield.ts", "../kernel_shield.ts"),
    }));
    const source = join(folder, "in.ipynb");
    const target = join(folder, "out.ipynb");
    await Deno.writeTextFile(
      source,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
    );
    const passed = await runNotebook(source, target);
    const notebook = JSON.parse(await Deno.readTextFile(target));
    return { passed, outputs: notebook.cells.map((cell: { outputs: Output[] }) => cell.outputs) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = !(await hasJupyter());

Deno.test({
  name: "the shield keeps all outputs of thirty asynchronous cells (needs .peers/jupyter)",
  ignore,
  async fn() {
    const cells = Array.from(
      { length: 30 },
      (_, index) =>
        `await new Promise((resolve) => setTimeout(resolve, ${index % 7}));
       await Deno.jupyter.broadcast("display_data", {
         data: { "text/plain": "shown ${index}" }, metadata: {}, transient: {},
       });
       console.log("printed ${index}");
       "result ${index}";`,
    );
    const { passed, outputs } = await runCells([SHIELD, ...cells]);
    assert(passed);
    assertEquals(outputs.slice(1).map(({ length }) => length), Array(30).fill(3));
  },
});

Deno.test({
  name: "errors in timers and promises do not stall a shielded kernel (needs .peers/jupyter)",
  ignore,
  async fn() {
    const { passed, outputs } = await runCells([
      SHIELD,
      'setTimeout(() => { throw new Error("boom"); }, 20); Promise.reject(new Error("lost")); 1;',
      "await new Promise((resolve) => setTimeout(resolve, 100)); 2;",
      "3;",
    ]);
    assert(passed);
    assertEquals(outputs[3]!.map(({ output_type }) => output_type), ["execute_result"]);
    const printed = outputs.flat().map(({ text }) => [text ?? ""].flat().join("")).join("");
    assert(printed.includes("boom") && printed.includes("lost"));
  },
});

Deno.test({
  name:
    "an error in a cell fails the notebook, which is written all the same (needs .peers/jupyter)",
  ignore,
  async fn() {
    const { passed, outputs } = await runCells([SHIELD, 'throw new Error("no");', "4;"]);
    assertEquals(passed, false);
    assertEquals(outputs[1]!.map(({ output_type }) => output_type), ["error"]);
    assertEquals(outputs[2], []);
  },
});
