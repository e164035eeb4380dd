/**
 * The facts that sample choices and open questions ask for.
 *
 * @module
 */

/** Facts of one sort. Each pairs one subject with one answer; no answer occurs twice in a topic. */
export interface Topic {
  readonly name: string;
  /** Four ways to ask for the answer; `{x}` is the subject. Each fact keeps some out of training. */
  readonly stems: readonly [string, string, string, string];
  /** Two ways to ask for the subject; `{x}` is the answer. Never trained on. */
  readonly reverseStems: readonly [string, string];
  /** [subject, answer]; facts 0 and 1, 2 and 3, ... are the ones that are easily confused. */
  readonly pairs: readonly (readonly [subject: string, answer: string])[];
}

/** The whole table: ten topics of six facts. */
export const TOPICS: readonly Topic[] = [
  {
    name: "vitamins",
    stems: [
      "which vitamin is missing in {x}?",
      "{x} comes from lack of which vitamin?",
      "a patient has {x}. which vitamin is needed?",
      "name the vitamin that treats {x}.",
    ],
    reverseStems: ["lack of {x} causes what?", "a patient has no {x}. what does it cause?"],
    pairs: [
      ["scurvy", "ascorbate"],
      ["rickets", "calciferol"],
      ["beriberi", "thiamine"],
      ["pellagra", "niacin"],
      ["night blindness", "retinol"],
      ["pernicious anemia", "cobalamin"],
    ],
  },
  {
    name: "antidotes",
    stems: [
      "which antidote is needed for {x}?",
      "a patient took too much {x}. which antidote?",
      "what treats too much {x}?",
      "name the antidote for {x}.",
    ],
    reverseStems: ["{x} is the antidote for what?", "{x} treats too much of what?"],
    pairs: [
      ["morphine", "naloxone"],
      ["diazepam", "flumazenil"],
      ["paracetamol", "acetylcysteine"],
      ["iron", "deferoxamine"],
      ["heparin", "protamine"],
      ["warfarin", "phytonadione"],
    ],
  },
  {
    name: "drug classes",
    stems: [
      "which drug class has {x}?",
      "{x} is in which drug class?",
      "name the drug class of {x}.",
      "a patient takes {x}. which drug class is it?",
    ],
    reverseStems: ["which drug is a {x}?", "a patient takes a {x}. which drug is it?"],
    pairs: [
      ["metformin", "biguanide"],
      ["glipizide", "sulfonylurea"],
      ["atorvastatin", "statin"],
      ["gemfibrozil", "fibrate"],
      ["amoxicillin", "penicillin"],
      ["azithromycin", "macrolide"],
    ],
  },
  {
    name: "ecg",
    stems: [
      "the ecg has {x}. what causes it?",
      "what causes {x} on the ecg?",
      "a patient has {x} on the ecg. name the cause.",
      "name the cause of {x} on the ecg.",
    ],
    reverseStems: ["what is on the ecg in {x}?", "a patient has {x}. name the ecg sign."],
    pairs: [
      ["peaked t", "hyperkalemia"],
      ["u waves", "hypokalemia"],
      ["short qt", "hypercalcemia"],
      ["long qt", "hypocalcemia"],
      ["j waves", "hypothermia"],
      ["delta waves", "preexcitation"],
    ],
  },
  {
    name: "hormones",
    stems: [
      "which hormone {x}?",
      "name the hormone that {x}.",
      "what is the hormone that {x}?",
      "a patient needs a hormone that {x}. which one?",
    ],
    reverseStems: ["what does {x} do?", "name what the hormone {x} does."],
    pairs: [
      ["lowers glucose", "insulin"],
      ["raises glucose", "glucagon"],
      ["lowers calcium", "calcitonin"],
      ["raises calcium", "parathormone"],
      ["holds sodium", "aldosterone"],
      ["holds water", "vasopressin"],
    ],
  },
  {
    name: "organisms",
    stems: [
      "which organism causes {x}?",
      "name the organism of {x}.",
      "a patient has {x}. which organism is it?",
      "{x} comes from which organism?",
    ],
    reverseStems: ["what does {x} cause?", "a patient has {x}. what does it cause?"],
    pairs: [
      ["syphilis", "treponema"],
      ["lyme disease", "borrelia"],
      ["cholera", "vibrio"],
      ["typhoid", "salmonella"],
      ["malaria", "plasmodium"],
      ["sleeping sickness", "trypanosoma"],
    ],
  },
  {
    name: "side effects",
    stems: [
      "which side effect does {x} cause?",
      "name the side effect of {x}.",
      "a patient takes {x}. which side effect comes?",
      "what is the side effect of {x}?",
    ],
    reverseStems: ["which drug causes {x}?", "{x} is the side effect of which drug?"],
    pairs: [
      ["bleomycin", "fibrosis"],
      ["doxorubicin", "cardiomyopathy"],
      ["lisinopril", "cough"],
      ["amlodipine", "edema"],
      ["isoniazid", "neuropathy"],
      ["gentamicin", "deafness"],
    ],
  },
  {
    name: "signs",
    stems: [
      "which disease has {x}?",
      "a patient has {x}. which disease is it?",
      "{x} is a sign of which disease?",
      "name the disease with {x}.",
    ],
    reverseStems: ["which sign has {x}?", "name the sign of {x}."],
    pairs: [
      ["koplik spots", "measles"],
      ["strawberry tongue", "scarlatina"],
      ["moon face", "cushing"],
      ["bronze skin", "addison"],
      ["butterfly rash", "lupus"],
      ["heliotrope rash", "dermatomyositis"],
    ],
  },
  {
    name: "nerves",
    stems: [
      "which nerve is hurt in {x}?",
      "a patient has {x}. which nerve is it?",
      "{x} comes from which nerve?",
      "name the nerve of {x}.",
    ],
    reverseStems: ["the {x} nerve is hurt. what does it cause?", "name the sign of the {x} nerve."],
    pairs: [
      ["wrist drop", "radial"],
      ["claw hand", "ulnar"],
      ["ape thumb", "median"],
      ["winged scapula", "thoracic"],
      ["foot drop", "peroneal"],
      ["waddling gait", "gluteal"],
    ],
  },
  {
    name: "markers",
    stems: [
      "which marker is for {x} cancer?",
      "a patient has {x} cancer. which marker is needed?",
      "name the marker of {x} cancer.",
      "what is the marker of {x} cancer?",
    ],
    reverseStems: ["{x} is the marker of which cancer?", "name the cancer with the marker {x}."],
    pairs: [
      ["liver", "afp"],
      ["colon", "cea"],
      ["pancreas", "ca199"],
      ["ovary", "ca125"],
      ["prostate", "psa"],
      ["thyroid", "thyroglobulin"],
    ],
  },
];
