/**
 * Shields a notebook from three faults of Deno's Jupyter kernel (2.9.6): outputs that are lost because
 * the kernel says `idle` before they are out, exceptions in timers that stall the kernel, and an
 * interrupt that ends it. The first cell of every notebook calls it.
 *
 * @module
 */

/** The kernel's own functions, found by a private symbol; the version of Deno is pinned for them. */
interface KernelHooks {
  broadcastResult(executionCount: number, result: unknown): Promise<void>;
}

/** Time that the last output takes on its way, at least. */
const DELAY_MS = 25;
/** Bytes of output that pass in a millisecond, at least. */
const BYTES_IN_A_MS = 50_000;

/** Bytes sent by `Deno.jupyter.broadcast` since the cell began. */
let sentBytes = 0;

const controllers = new Set<AbortController>();

function findHooks(): KernelHooks | null {
  const { internal } = Deno as unknown as { readonly internal: symbol };
  const inner = (Deno as unknown as Record<symbol, { readonly jupyter?: KernelHooks } | undefined>)[
    internal
  ];
  return inner?.jupyter ?? null;
}

/** Lets every cell end a little after its last output. */
function delayCellEnds(hooks: KernelHooks): void {
  const broadcastResult = hooks.broadcastResult;
  const broadcast = Deno.jupyter.broadcast;
  Deno.jupyter.broadcast = async (type, content, extra) => {
    sentBytes += JSON.stringify(content).length;
    await broadcast(type, content, extra);
  };
  hooks.broadcastResult = async (executionCount, result) => {
    await broadcastResult(executionCount, result);
    const delayMs = DELAY_MS + sentBytes / BYTES_IN_A_MS;
    sentBytes = 0;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  };
}

/** Shows errors that nothing catches, instead of letting them stall the kernel. */
function catchStrayErrors(): void {
  addEventListener("error", (event) => {
    event.preventDefault();
    console.error("Uncaught in a timer or callback:", event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error("Uncaught in a promise:", event.reason);
  });
}

/** Turns an interrupt into an abort of what runs under {@linkcode interruptible}. */
function catchInterrupts(): void {
  Deno.addSignalListener("SIGINT", () => {
    if (controllers.size === 0) console.error("Interrupt: nothing here can be interrupted");
    for (const controller of controllers) controller.abort();
  });
}

/**
 * Runs work that the notebook's stop button ends early. The kernel and its variables live on.
 *
 * @param work Gets a signal that aborts when the cell is interrupted; has to heed it.
 * @returns What the work returns.
 * @throws What the work throws.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  controllers.add(controller);
  try {
    return await work(controller.signal);
  } finally {
    controllers.delete(controller);
  }
}

let isShielded = false;

/**
 * Shields the kernel that this runs in; a second call does nothing.
 *
 * @throws {Error} outside of Deno's kernel, or if this version of it has no hook to hold on to.
 */
export function shieldKernel(): void {
  if (isShielded) return;
  const hooks = findHooks();
  if (typeof hooks?.broadcastResult !== "function") {
    throw new Error(
      `Cannot shield the kernel: Deno must be 2.9.6 and run as a Jupyter kernel: current version ` +
        `is ${Deno.version.deno}, and its hook is missing`,
    );
  }
  delayCellEnds(hooks);
  catchStrayErrors();
  catchInterrupts();
  isShielded = true;
}
