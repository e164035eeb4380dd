/**
 * `deno task check`: everything that can be said of the code without running it, and its examples.
 *
 * @module
 */
import { FAST_PARTS, runParts, SLOW_PARTS } from "./check_parts.ts";

const { passed, failed } = await runParts([...FAST_PARTS, ...SLOW_PARTS]);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);
