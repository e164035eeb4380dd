/**
 * The public sets that `data:fetch` knows: where they lie on the Hugging Face hub, which files, and
 * what to know about them.
 *
 * @module
 */

/** A set on the hub. */
export interface HubSet {
  /** What `data:fetch` calls it. */
  readonly name: string;
  readonly repo: string;
  /** Branch, tag or commit; `main` is resolved to a commit, which is written beside the files. */
  readonly revision: string;
  /**
   * Patterns of paths in the repository, `*` for any characters. Of each group those files are fetched
   * that the first matching pattern names; a group without any is an error.
   */
  readonly files: readonly (readonly string[])[];
  readonly licence: string;
  /** What is known to be wrong with it, or what to use of it. */
  readonly note: string | null;
}

const MEDCALC_FILES = [
  ["train_data.csv", "*train*.csv", "*train*.parquet"],
  ["test_data.csv", "*test*.csv", "*test*.parquet"],
] as const;

/** Sets in the order in which they are listed. */
export const HUB_SETS: readonly HubSet[] = [
  {
    name: "medcalc-verified",
    repo: "nsk7153/MedCalc-Bench-Verified",
    revision: "main",
    files: MEDCALC_FILES,
    licence: "CC-BY-SA-4.0",
    note: "10,538 train and 1,100 test rows with corrected labels: the one to use.",
  },
  {
    name: "medcalc-v1.2",
    repo: "ncbi/MedCalc-Bench-v1.2",
    revision: "main",
    files: MEDCALC_FILES,
    licence: "CC-BY-SA-4.0",
    note: "10,543 train and 1,100 test rows; prefer medcalc-verified.",
  },
  {
    name: "medcalc-v1.0",
    repo: "ncbi/MedCalc-Bench-v1.0",
    revision: "main",
    files: MEDCALC_FILES,
    licence: "CC-BY-SA-4.0",
    note: "Some labels are wrong, and some limits are swapped: prefer medcalc-verified.",
  },
  {
    name: "medqa",
    repo: "GBaker/MedQA-USMLE-4-options",
    revision: "main",
    files: [["phrases_no_exclude_train.jsonl"], ["phrases_no_exclude_test.jsonl"]],
    licence: "CC-BY-4.0",
    note: null,
  },
  {
    name: "medmcqa",
    repo: "openlifescienceai/medmcqa",
    revision: "main",
    files: [["data/train-*.parquet"], ["data/validation-*.parquet"]],
    licence: "Apache-2.0",
    note: "The test file has no answers and is not fetched: test on the validation file.",
  },
  {
    name: "pubmedqa",
    repo: "qiaojin/PubMedQA",
    revision: "main",
    files: [["pqa_labeled/*.parquet"]],
    licence: "MIT",
    note: "The 1,000 questions labelled by people.",
  },
  {
    name: "medxpertqa",
    repo: "TsinghuaC3I/MedXpertQA",
    revision: "main",
    files: [["Text/dev*"], ["Text/test*"]],
    licence: "MIT",
    note: "Text only; 5 development and 2,450 test questions with ten options.",
  },
  {
    name: "mediq",
    repo: "stellalisy/mediQ",
    revision: "main",
    files: [["*all_dev_good.jsonl"], ["*all_craft_md.jsonl"]],
    licence: "CC-BY-4.0",
    note:
      "Made from MedQA's questions: never train on MedQA and test on it without decontamination.",
  },
  {
    name: "mmlu-pro",
    repo: "TIGER-Lab/MMLU-Pro",
    revision: "main",
    files: [["data/test-*.parquet"], ["data/validation-*.parquet"]],
    licence: "MIT",
    note: "All subjects; the 818 of health have the tag health.",
  },
  {
    name: "medical-o1-verifiable",
    repo: "FreedomIntelligence/medical-o1-verifiable-problem",
    revision: "main",
    files: [["medical_o1_verifiable_problem.json"]],
    licence: "Apache-2.0",
    note: null,
  },
  {
    name: "medical-o1-sft",
    repo: "FreedomIntelligence/medical-o1-reasoning-SFT",
    revision: "main",
    files: [["medical_o1_sft.json"]],
    licence: "Apache-2.0",
    note: "English; the reasoning is not used.",
  },
];

/** Whether a path fits a pattern in which `*` stands for any characters. */
export function fits(path: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(path);
}
