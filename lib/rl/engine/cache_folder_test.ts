import { assertEquals } from "@std/assert";
import { cacheFolder } from "./cache_folder.ts";

Deno.test("cacheFolder: TERSE_CACHE wins", () => {
  const environment = { TERSE_CACHE: "/scratch/t", XDG_CACHE_HOME: "/x", HOME: "/home/u" };
  assertEquals(cacheFolder(environment), "/scratch/t");
});

Deno.test("cacheFolder: a relative TERSE_CACHE is taken from the working folder", () => {
  assertEquals(cacheFolder({ TERSE_CACHE: "kept" }), `${Deno.cwd()}/kept`);
});

Deno.test("cacheFolder: XDG_CACHE_HOME comes next, an empty TERSE_CACHE counts as unset", () => {
  assertEquals(cacheFolder({ TERSE_CACHE: "", XDG_CACHE_HOME: "/x", HOME: "/home/u" }), "/x/terse");
});

Deno.test("cacheFolder: a relative XDG_CACHE_HOME is ignored", () => {
  assertEquals(cacheFolder({ XDG_CACHE_HOME: "x", HOME: "/home/u" }), "/home/u/.cache/terse");
});

Deno.test("cacheFolder: the home folder's .cache is the last resort", () => {
  assertEquals(cacheFolder({ HOME: "/home/u" }), "/home/u/.cache/terse");
});
