/**
 * Loads a shared library on Linux without what its static initialisers print to standard error.
 * The library stays loaded for the life of the process.
 *
 * @param path the library
 * @throws {Error} when the library does not load
 */
export function loadQuietly(path: string): void {
  const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { open, dup, dup2, close } = libc.symbols;
  const writeOnly = 1;
  const stderr = 2;
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), writeOnly);
  const saved = dup(stderr);
  try {
    dup2(nowhere, stderr);
    Deno.dlopen(path, {});
  } finally {
    dup2(saved, stderr);
    close(saved);
    close(nowhere);
    libc.close();
  }
}
