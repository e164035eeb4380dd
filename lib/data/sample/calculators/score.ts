/**
 * Scores that add points for findings.
 *
 * @module
 */
import { uniform } from "../../random.ts";
import { type Calculator, defineCalculator, type Mistake } from "./calculator.ts";
import { introduce, listWords, type Sex, SEXES, WORDS } from "./patient.ts";

/** A finding that a note names as there or as absent. */
export interface Finding {
  readonly points: number;
  /** After `has` or `does not have`, e.g. `diabetes mellitus`. */
  readonly text: string;
  /** What the patient has in its place where it is absent, e.g. a normal value. */
  readonly otherwise?: string;
}

/** A patient of a score. */
export interface ScorePatient {
  readonly age: number;
  readonly sex: Sex;
  readonly present: readonly Finding[];
  readonly absent: readonly Finding[];
}

/** A score from its findings and from age and sex. */
export interface ScoreSpec {
  readonly name: string;
  readonly system: string;
  readonly ages: readonly number[];
  readonly findings: readonly Finding[];
  /** Points for age and for sex. */
  readonly agePoints: (age: number) => number;
  readonly sexPoints?: (sex: Sex) => number;
  /** What brings the patient, after age and sex, e.g. `has atrial fibrillation`. */
  readonly setting: string;
  readonly question: string;
}

/** Patients of a score: every age and sex with a few keyed draws of findings. */
const DRAWS = 12;

function patientsOf({ name, ages, findings }: ScoreSpec): ScorePatient[] {
  return ages.flatMap((age) =>
    SEXES.flatMap((sex) =>
      Array.from({ length: DRAWS }, (_, draw) => {
        const isPresent = (finding: Finding) =>
          uniform(`sample findings of ${name}`, 0, age, sex, draw, finding.text) < 0.45;
        return {
          age,
          sex,
          present: findings.filter(isPresent),
          absent: findings.filter((finding) => !isPresent(finding)),
        };
      })
    )
  );
}

function noteOf({ setting }: ScoreSpec, { age, sex, present, absent }: ScorePatient): string {
  const { subject } = WORDS[sex];
  const normal = absent.flatMap(({ otherwise }) => otherwise ?? []);
  const has = [...present.map(({ text }) => text), ...normal];
  const lacks = absent.filter(({ otherwise }) => otherwise === undefined).map(({ text }) => text);
  return [
    `${introduce(age, sex)} ${setting}.`,
    ...(has.length === 0 ? [] : [`${subject} has ${listWords(has)}.`]),
    ...(lacks.length === 0 ? [] : [`${subject} does not have ${listWords(lacks, "or")}.`]),
  ].join(" ");
}

/**
 * The calculator of a score. Mistakes: age or sex left out, one finding missed, every finding counted
 * as one point, one finding counted twice.
 */
export function defineScore(spec: ScoreSpec): Calculator {
  const { agePoints, sexPoints = () => 0 } = spec;
  const sum = ({ present }: ScorePatient) => present.reduce((all, { points }) => all + points, 0);
  const basePoints = ({ age, sex }: ScorePatient) => agePoints(age) + sexPoints(sex);
  return defineCalculator<ScorePatient>({
    name: spec.name,
    system: spec.system,
    output: "integer",
    patients: patientsOf(spec),
    note: (patient) => noteOf(spec, patient),
    question: () => spec.question,
    solve: (patient) => sum(patient) + basePoints(patient),
    mistakes(patient): Mistake[] {
      const total = sum(patient) + basePoints(patient);
      const most = Math.max(0, ...patient.present.map(({ points }) => points));
      const least = Math.min(...patient.present.map(({ points }) => points), 1);
      return [
        { name: "term-left-out", answer: sum(patient) },
        { name: "term-left-out", answer: sum(patient) + agePoints(patient.age) },
        { name: "wrong-formula", answer: patient.present.length + basePoints(patient) },
        { name: "term-left-out", answer: total - most },
        { name: "wrong-formula", answer: total + least },
        { name: "wrong-formula", answer: total + 2 * Math.max(most, 1) },
      ];
    },
  });
}
