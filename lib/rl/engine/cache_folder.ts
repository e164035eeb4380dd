import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The folder that keeps what every clone of the project shares and none can rebuild quickly:
 * libtensorflow (`libtensorflow-<version>-<build>/`) and downloaded models (`models/`).
 *
 * It is `$TERSE_CACHE`, else `$XDG_CACHE_HOME/terse`, else `~/.cache/terse`. An empty variable
 * counts as unset. A relative `$TERSE_CACHE` is taken from the working folder; a relative
 * `$XDG_CACHE_HOME` is ignored, as the XDG base directory specification asks.
 *
 * @param environment the variables to read; the process's own by default
 * @returns an absolute path; the folder may not exist yet
 *
 * @example
 * ```ts
 * import { cacheFolder } from "@terse/rl";
 * console.log(cacheFolder({ XDG_CACHE_HOME: "/scratch/me" })); // /scratch/me/terse
 * ```
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = Deno.env.toObject(),
): string {
  const own = environment["TERSE_CACHE"];
  if (own) return resolve(own);
  const xdg = environment["XDG_CACHE_HOME"];
  if (xdg?.startsWith("/")) return join(xdg, "terse");
  return join(environment["HOME"] || homedir(), ".cache", "terse");
}
