/**
 * The engine that tests compute with.
 *
 * @module
 */
import type { EngineName } from "./choice.ts";

/** `wasm`, or what TERSE_TEST_ENGINE names. */
export const TEST_ENGINE = (Deno.env.get("TERSE_TEST_ENGINE") ?? "wasm") as EngineName;
