/**
 * The C library's allocator, which keeps what TensorFlow frees: in an arena for every thread, in pieces that the
 * next tensors do not always fit.
 *
 * @module
 */

/** mallopt's name of the largest number of arenas. */
const M_ARENA_MAX = -8;

function openLibrary() {
  return Deno.dlopen("libc.so.6", {
    mallopt: { parameters: ["i32", "i32"], result: "i32" },
    malloc_trim: { parameters: ["usize"], result: "i32" },
  });
}

let library: ReturnType<typeof openLibrary> | null = null;

/** Has all threads share one arena, before TensorFlow starts its own; nothing where there is no glibc. */
export function useOneArena(): void {
  if (library !== null || Deno.build.os !== "linux") return;
  try {
    library = openLibrary();
  } catch {
    return;
  }
  library.symbols.mallopt(M_ARENA_MAX, 1);
}

/**
 * Gives free memory back to the system, a matter of milliseconds; nothing unless {@link useOneArena} found the
 * allocator. Worth a call where what comes next has other sizes than what went before.
 */
export function giveMemoryBack(): void {
  library?.symbols.malloc_trim(0n);
}
