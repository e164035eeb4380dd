import { assertEquals } from "@std/assert";
import { makeArmConfig, type SharedConfig } from "./arm_config.ts";
import budgetControl from "./budget_control.ts";

const shared = { settings: "tiny", addedRewards: [] } as unknown as SharedConfig;

Deno.test("arms are forced or not, trained or not, as they say", () => {
  const found = ["start", ...budgetControl.arms.map(({ name }) => name)].map((name) => {
    const { steps, training } = makeArmConfig(budgetControl, shared, name, 1, 7);
    return [name, steps, training.budgetControl];
  });
  assertEquals(found, [
    ["start", 0, "none"],
    ["none", 7, "none"],
    ["maximum", 7, "none"],
    ["forced_untrained", 0, "forced"],
    ["forced", 7, "forced"],
  ]);
});
