import { assertEquals } from "@std/assert";
import { readProvenance } from "./provenance.ts";

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("readProvenance tells no checkout, a clean one and a changed one apart", async () => {
  const folder = await Deno.makeTempDir({ prefix: "terse-provenance-" });
  try {
    assertEquals((await readProvenance(folder)).commit, "unknown");
    await git(folder, "init", "-q");
    await Deno.writeTextFile(`${folder}/a.txt`, "one");
    await git(folder, "add", "a.txt");
    await git(folder, "commit", "-q", "-m", "one");
    const head = await git(folder, "rev-parse", "HEAD");
    const provenance = await readProvenance(folder);
    assertEquals(provenance.commit, head);
    assertEquals(provenance.denoVersion, Deno.version.deno);
    assertEquals(provenance.host.cores > 0 && provenance.host.memoryBytes > 0, true);
    await Deno.writeTextFile(`${folder}/a.txt`, "two");
    assertEquals((await readProvenance(folder)).commit, `${head}+dirty`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
