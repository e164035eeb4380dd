/**
 * Where the shipped tiny policy lies.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The folder of the tiny policy's Hugging Face files. */
export const TINY_FOLDER: string = fileURLToPath(new URL("./checkpoint", import.meta.url));
