/**
 * The error of a record that no answer can be graded by.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";

/** A record's gold answer cannot be used: says which record and field, what is there and what must be. */
export class GoldAnswerError extends RangeError {
  /** The class's name. */
  override readonly name = "GoldAnswerError";

  /** Takes the record, the field's name, the rule that it breaks and its value. */
  constructor(record: QuestionRecord, field: string, rule: string, value: unknown) {
    super(
      `Cannot grade record "${record.id}" of ${record.source}: ${field} must ${rule}: ` +
        `current value is ${JSON.stringify(value)}. Correct or leave out the record.`,
    );
  }
}
