/**
 * The C library's allocator, which keeps what TensorFlow frees: in an arena for every thread, in pieces that the
 * next tensors do not always fit.
 *
 * @module
 */

/** mallopt's name of the largest number of arenas. */
const M_ARENA_MAX = -8;
/** madvise's name of large pages. */
const MADV_HUGEPAGE = 14;

function openLibrary() {
  return Deno.dlopen("libc.so.6", {
    mallopt: { parameters: ["i32", "i32"], result: "i32" },
    malloc_trim: { parameters: ["usize"], result: "i32" },
    madvise: { parameters: ["usize", "usize", "i32"], result: "i32" },
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
 *
 * What is taken anew comes in pages of 2 MiB where the system has them: at 4 KiB each, page faults would cost
 * a step of a model of 135 M parameters a twentieth of its time.
 */
export function giveMemoryBack(): void {
  if (library === null) return;
  library.symbols.malloc_trim(0n);
  const heap = /^([0-9a-f]+)-([0-9a-f]+) .*\[heap\]$/m.exec(
    Deno.readTextFileSync("/proc/self/maps"),
  );
  if (heap === null) return;
  const [begin, end] = [BigInt(`0x${heap[1]}`), BigInt(`0x${heap[2]}`)];
  library.symbols.madvise(begin, end - begin, MADV_HUGEPAGE);
}
