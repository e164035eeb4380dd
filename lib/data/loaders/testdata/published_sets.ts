/**
 * Rows of our own making in the layouts in which the sets are published
 * (../shared/notes/datasets.md).
 *
 * @module
 */

import type { QuestionRecord } from "../../record.ts";

/** Rows as a file holds them. */
export type Rows = readonly Record<string, unknown>[];

/** Rows of a set and what their records must have. */
export interface Published {
  readonly layout: string;
  readonly rows: Rows;
  readonly expected: readonly Partial<QuestionRecord>[];
}

/** Options of several rows. */
export const SCURVY = { A: "vitamin A", B: "vitamin C", C: "vitamin D", D: "vitamin K" };

/** Each published layout once or more, in its own columns. */
export const SETS: readonly Published[] = [
  {
    layout: "option table", // MedQA (GBaker 4-option)
    rows: [{
      question: "Which vitamin prevents scurvy?",
      answer: "vitamin C",
      options: SCURVY,
      meta_info: "step1",
      answer_idx: "B",
      metamap_phrases: ["vitamin", "scurvy"],
    }],
    expected: [{
      source: "MedQA",
      licence: "CC-BY-4.0",
      question: "Which vitamin prevents scurvy?",
      options: SCURVY,
      gold: { kind: "choice", letter: "B" },
      tags: ["step1"],
    }],
  },
  {
    layout: "MedMCQA",
    rows: [
      {
        id: "e9ad821a",
        question: "Scurvy is a lack of &quot;vitamin&quot;",
        opa: "A",
        opb: "C",
        opc: "D &amp; K",
        opd: "E",
        cop: 1,
        choice_type: "single",
        exp: null,
        subject_name: "Biochemistry",
        topic_name: null,
      },
      {
        id: "e9ad821b",
        question: "Rickets is a lack of vitamin",
        opa: "D",
        opb: "C",
        opc: "K",
        opd: "E",
        cop: 0,
        choice_type: "multi",
        exp: "Bones need it.",
        subject_name: "Biochemistry",
        topic_name: "Vitamins",
      },
    ],
    expected: [
      {
        id: "e9ad821a",
        source: "MedMCQA",
        licence: "Apache-2.0",
        question: "Scurvy is a lack of &quot;vitamin&quot;",
        options: { A: "A", B: "C", C: "D &amp; K", D: "E" },
        gold: { kind: "choice", letter: "B" },
        tags: ["Biochemistry"],
      },
      { gold: { kind: "choice", letter: "A" }, tags: ["Biochemistry", "Vitamins"] },
    ],
  },
  {
    layout: "PubMedQA (hub)",
    rows: [{
      pubid: 21645374,
      question: "Do lime plants die of cold?",
      context: {
        contexts: ["Limes were cooled.", "Most of them died \u2013 at \u22124\u00b0C."],
        labels: ["METHODS", "RESULTS"],
        meshes: ["Citrus"],
      },
      long_answer: "They do.",
      final_decision: "maybe",
    }],
    expected: [{
      id: "21645374",
      source: "PubMedQA",
      licence: "MIT",
      context: "Limes were cooled.\nMost of them died \u2013 at \u22124\u00b0C.",
      options: { A: "yes", B: "no", C: "maybe" },
      gold: { kind: "choice", letter: "C" },
    }],
  },
  {
    layout: "option table", // MedXpertQA Text
    rows: [{
      id: "Text-7",
      question: "Which bone is it?\nAnswer Choices: (A) Ulna (B) Tibia",
      options: [{ letter: "A", content: "Ulna" }, { letter: "B", content: "Tibia" }],
      label: "B",
      medical_task: "Basic Science",
      body_system: "Skeletal",
      question_type: "Understanding",
    }, {
      id: "Text-8",
      question: "Which of ten?",
      options: Array.from("ABCDEFGHIJ", (letter) => ({ letter, content: `bone ${letter}` })),
      label: "J",
      medical_task: "Diagnosis",
      body_system: "Skeletal",
      question_type: "Reasoning",
    }],
    expected: [
      {
        id: "Text-7",
        source: "MedXpertQA",
        licence: "MIT",
        question: "Which bone is it?",
        options: { A: "Ulna", B: "Tibia" },
        gold: { kind: "choice", letter: "B" },
        tags: ["Basic Science", "Skeletal", "Understanding"],
      },
      { gold: { kind: "choice", letter: "J" } },
    ],
  },
  {
    layout: "option table", // MediQ
    rows: [{
      id: 0,
      question: "Which is the next step?",
      context: ["A man coughs.", "He has no fever."],
      options: { A: "rest", B: "an x-ray" },
      answer: "an x-ray",
      answer_idx: "B",
      facts: ["1. The man coughs."],
      patient: { age: "40 years", gender: "male", specialties: ["Pulmonology"] },
    }],
    expected: [{
      id: "0",
      source: "MediQ",
      licence: "CC-BY-4.0",
      context: "A man coughs. He has no fever.",
      gold: { kind: "choice", letter: "B" },
    }],
  },
  {
    layout: "option table", // MediQ craft_md
    rows: [{
      id: 0,
      question: "Which is the diagnosis?",
      context: ["A man itches", " He has bumps "],
      options: { A: "hives", B: "scabies" },
      answer: "hives",
      answer_idx: "A",
      facts: ["1. The man itches."],
      patient: { age: "40 years", gender: "male" },
    }],
    expected: [{ id: "0", source: "MediQ craft_md", context: "A man itches He has bumps" }],
  },
  {
    layout: "MMLU-Pro",
    rows: [{
      question_id: 6093,
      question: "Which of these is a bone?",
      options: ["liver", "ulna", "lens"],
      answer: "B",
      answer_index: 1,
      cot_content: "",
      category: "health",
      src: "ori_mmlu-anatomy",
    }, {
      question_id: 70,
      question: "Which of ten?",
      options: Array.from("0123456789"),
      answer: "J",
      answer_index: 9,
      cot_content: "",
      category: "law",
      src: "x",
    }],
    expected: [
      {
        id: "6093",
        source: "MMLU-Pro",
        licence: "MIT",
        options: { A: "liver", B: "ulna", C: "lens" },
        gold: { kind: "choice", letter: "B" },
        tags: ["health", "ori_mmlu-anatomy"],
      },
      { gold: { kind: "choice", letter: "J" } },
    ],
  },
  {
    layout: "EHRNoteQA",
    rows: [{
      patient_id: 17,
      question: "What was the made-up patient given?",
      choice_A: "salt",
      choice_B: "chalk",
      choice_C: "rest",
      choice_D: "tea",
      choice_E: "broth",
      answer: "E",
      num_notes: 2,
      note_1: "Made-up note one.",
      note_2: "Made-up note two: broth.",
      note_3: null,
    }],
    expected: [{
      id: "17",
      source: "EHRNoteQA",
      licence: "PhysioNet-Credentialed-Health-Data-1.5.0",
      context: "Made-up note one.\n\nMade-up note two: broth.",
      options: { A: "salt", B: "chalk", C: "rest", D: "tea", E: "broth" },
      gold: { kind: "choice", letter: "E" },
    }],
  },
  {
    layout: "medical-o1-verifiable-problem",
    rows: [{
      "Open-ended Verifiable Question": "Which vitamin prevents scurvy?",
      "Ground-True Answer": "Vitamin C",
    }],
    expected: [{
      source: "medical-o1-verifiable-problem",
      licence: "Apache-2.0",
      question: "Which vitamin prevents scurvy?",
      gold: { kind: "open", answer: "Vitamin C" },
    }],
  },
  {
    layout: "medical-o1-reasoning-SFT",
    rows: [{
      Question: "Which vitamin prevents scurvy?",
      Complex_CoT: "Sailors took limes.",
      Response: "It is vitamin C.",
    }],
    expected: [{
      source: "medical-o1-reasoning-SFT",
      licence: "Apache-2.0",
      gold: { kind: "open", answer: "It is vitamin C." },
    }],
  },
  {
    layout: "MedCalc-Bench",
    rows: [13, 69, 4, 60].map((calculator, i) => {
      const answer = ["12/07/2021", "('17 weeks', '6 days')", "5.0", "100"][i]!;
      return {
        "Row Number": String(i + 1),
        "Calculator ID": String(calculator),
        "Calculator Name": `Calculator ${calculator}`,
        Category: "date",
        "Output Type": ["date", "weeks/days", "integer", "decimal"][i]!,
        "Note ID": `pmc-${i}`,
        "Note Type": "Extracted",
        "Patient Note": 'A made-up "note",\nof two lines.',
        Question: `How much by ${calculator}?`,
        "Relevant Entities": "{'age': [40, 'years']}",
        "Ground Truth Answer": answer,
        "Lower Limit": i === 3 ? "95.0" : answer,
        "Upper Limit": i === 3 ? "105.0" : answer,
        "Ground Truth Explanation": "It is so.",
      };
    }),
    expected: [
      {
        id: "1-13-pmc-0",
        source: "MedCalc-Bench",
        licence: "CC-BY-SA-4.0",
        question: "How much by 13?",
        context: 'A made-up "note",\nof two lines.',
        gold: {
          kind: "calculation",
          answer: "12/07/2021",
          lower: null,
          upper: null,
          output: "date",
        },
        tags: ["Calculator 13", "date"],
      },
      {
        gold: {
          kind: "calculation",
          answer: "('17 weeks', '6 days')",
          lower: null,
          upper: null,
          output: "weeks_days",
        },
      },
      { gold: { kind: "calculation", answer: "5.0", lower: 5, upper: 5, output: "integer" } },
      { gold: { kind: "calculation", answer: "100", lower: 95, upper: 105, output: "decimal" } },
    ],
  },
];
