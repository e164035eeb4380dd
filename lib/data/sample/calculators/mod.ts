/**
 * Published calculators with patients, for questions that no policy trains on.
 *
 * @module
 */
import type { Calculator } from "./calculator.ts";
import { CARDIAC } from "./cardiac.ts";
import { ELECTROLYTES } from "./electrolytes.ts";
import { HEPATIC } from "./hepatic.ts";
import { METABOLIC } from "./metabolic.ts";
import { OBSTETRIC } from "./obstetric.ts";
import { RENAL } from "./renal.ts";
import { RESPIRATORY } from "./respiratory.ts";
import { SCORES } from "./scores.ts";

/** Every calculator of the out-of-distribution cases. */
export const CALCULATORS: readonly Calculator[] = [
  ...RENAL,
  ...ELECTROLYTES,
  ...RESPIRATORY,
  ...CARDIAC,
  ...METABOLIC,
  ...HEPATIC,
  ...OBSTETRIC,
  ...SCORES,
];
