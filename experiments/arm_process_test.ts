import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { launchArm } from "./arm_process.ts";
import type { ArmMessage } from "./messages.ts";
import { armPaths, type ArmStatus, readJson } from "./run_folder.ts";
import type { JobOutcome } from "./schedule.ts";

const MESSAGES = new URL("./messages.ts", import.meta.url).href;

/** Runs a script in an arm's place. */
async function launch(
  script: string,
  afterStart: (stop: () => void) => void = () => {},
): Promise<{ outcome: JobOutcome; messages: ArmMessage[]; status: ArmStatus | null; log: string }> {
  const folder = await Deno.makeTempDir({ prefix: "terse-process-" });
  try {
    const entry = join(folder, "entry.ts");
    await Deno.writeTextFile(
      entry,
      `import { formatMessage } from ${JSON.stringify(MESSAGES)};
       const send = (m) => Deno.stdout.writeSync(new TextEncoder().encode(formatMessage(m)));
       ${script}`,
    );
    const messages: ArmMessage[] = [];
    const running = launchArm({
      folder,
      env: { COLOUR: "red" },
      entry,
      onMessage: (message) => {
        messages.push(message);
        afterStart(running.stop);
      },
    });
    const outcome = await running.finished;
    const paths = armPaths(folder);
    return {
      outcome,
      messages,
      status: await readJson<ArmStatus>(paths.status),
      log: await Deno.readTextFile(paths.log),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an arm's messages are passed on and all else is logged", async () => {
  const { outcome, messages, log } = await launch(`
    console.log("library says hello");
    send({ kind: "started", step: 0, steps: 3 });
    console.error(Deno.env.get("COLOUR"));
  `);
  assertEquals(outcome, { state: "done" });
  assertEquals(messages, [{ kind: "started", step: 0, steps: 3 }]);
  assertEquals(log.split("\n").sort(), ["", "library says hello", "red"]);
});

Deno.test("a crash without a last word is failed, with status and the log's last line", async () => {
  const { outcome, status } = await launch(`
    console.error("about to go");
    Deno.exit(7);
  `);
  const cause = "its process ended with status 7; last line of its log: about to go";
  assertEquals(outcome, { state: "failed", cause });
  assertEquals([status?.state, status?.error], ["failed", cause]);
});

Deno.test("kill -9 of an arm is reported as such", async () => {
  const { outcome } = await launch(`Deno.kill(Deno.pid, "SIGKILL"); await new Promise(() => {});`);
  assertEquals(outcome.state, "failed");
  assertStringIncludes(outcome.state === "failed" ? outcome.cause : "", "killed by SIGKILL");
});

Deno.test("an arm told to stop ends as stopped, with or without a handler of its own", async () => {
  const forever = "await new Promise((resolve) => setTimeout(resolve, 60_000));";
  const handled = await launch(
    `Deno.addSignalListener("SIGTERM", () => Deno.exit(130));
     send({ kind: "started", step: 0, steps: 1 });
     ${forever}`,
    (stop) => stop(),
  );
  assertEquals(handled.outcome, { state: "stopped" });
  const unhandled = await launch(
    `send({ kind: "started", step: 0, steps: 1 }); ${forever}`,
    (stop) => stop(),
  );
  assertEquals(unhandled.outcome, { state: "stopped" });
});

Deno.test("an arm's standard input ends with its parent", async () => {
  // The launcher is itself a child here: it is killed, and the arm must notice.
  const folder = await Deno.makeTempDir({ prefix: "terse-orphan-" });
  try {
    const entry = join(folder, "entry.ts");
    await Deno.writeTextFile(
      entry,
      `console.log("@terse " + JSON.stringify({ kind: "started", step: 0, steps: 1 }));
       for await (const _ of Deno.stdin.readable);
       Deno.writeTextFileSync(${JSON.stringify(join(folder, "noticed"))}, "yes");
       Deno.exit(130);`,
    );
    const launcher = join(folder, "launcher.ts");
    const module = new URL("./arm_process.ts", import.meta.url).href;
    await Deno.writeTextFile(
      launcher,
      `import { launchArm } from ${JSON.stringify(module)};
       launchArm({
         folder: ${JSON.stringify(folder)},
         env: {},
         entry: ${JSON.stringify(entry)},
         onMessage: () => Deno.kill(Deno.pid, "SIGKILL"),
       });`,
    );
    const config = new URL("../deno.json", import.meta.url).pathname;
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", config, launcher],
      stdout: "null",
      stderr: "null",
    }).output();
    let noticed = "";
    while (noticed === "") {
      await new Promise((resolve) => setTimeout(resolve, 20));
      noticed = await Deno.readTextFile(join(folder, "noticed")).catch(() => "");
    }
    assertEquals(noticed, "yes");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
