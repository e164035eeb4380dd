import { assertEquals, assertNotEquals } from "@std/assert";
import { styleArms } from "./arm_style.ts";

Deno.test("no two of twenty arms look the same", () => {
  const names = ["start", "none", ...Array.from({ length: 18 }, (_, index) => `arm_${index}`)];
  const arms = names.map((name) => ({ name, title: name, description: "" }));
  const styles = styleArms({ arms, baselineArm: "start", referenceArm: "none" });
  const looks = new Set([...styles.values()].map((style) => JSON.stringify(style)));
  assertEquals(looks.size, 20);
});

Deno.test("an arm keeps its look when arms after it are left out", () => {
  const arms = ["none", "a", "b"].map((name) => ({ name, title: name, description: "" }));
  const roles = { baselineArm: "start", referenceArm: "none" };
  assertEquals(
    styleArms({ ...roles, arms }).get("a"),
    styleArms({ ...roles, arms: arms.slice(0, 2) }).get("a"),
  );
  assertNotEquals(styleArms({ ...roles, arms }).get("a"), styleArms({ ...roles, arms }).get("b"));
});
