/**
 * Where a run was made: the commit, the runtime and the machine.
 *
 * @module
 */

/** What {@linkcode readProvenance} finds. */
export interface Provenance {
  /** Commit of the checkout, with `+dirty` behind it if files differ from it; `unknown` outside git. */
  readonly commit: string;
  readonly denoVersion: string;
  readonly host: { readonly cores: number; readonly memoryBytes: number };
}

async function git(folder: string, ...args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      stdout: "piped",
      stderr: "null",
      stdin: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Reads the commit of the checkout that holds `folder`, Deno's version, and the machine's size.
 *
 * @param folder A folder inside the checkout.
 */
export async function readProvenance(folder: string): Promise<Provenance> {
  const head = await git(folder, "rev-parse", "HEAD");
  const changes = head === null ? null : await git(folder, "status", "--porcelain");
  return {
    commit: head === null ? "unknown" : changes === "" ? head : `${head}+dirty`,
    denoVersion: Deno.version.deno,
    host: {
      cores: navigator.hardwareConcurrency,
      memoryBytes: Deno.systemMemoryInfo().total,
    },
  };
}
