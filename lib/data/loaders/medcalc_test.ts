import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { medcalcLayout } from "./medcalc.ts";
import { medu1Layout } from "./medu1.ts";

const WHERE = { path: "medcalc.json", row: 2 };

const parse = (answer: unknown, lower: unknown = answer, upper: unknown = answer) =>
  medu1Layout.parse({
    Source: "MedCalc-Bench",
    id: 12,
    problem: "<Context> Weight 20 kg.\nNo fever. </Context> <Question> What dose? </Question>",
    "Lower Limit": lower,
    "Upper Limit": upper,
    answer,
  }, WHERE);

Deno.test("a calculation has its note as context and its limits as numbers", () => {
  assertEquals(parse("4.6", "4.37", "4.83"), {
    id: "12",
    source: "MedCalc-Bench",
    licence: "CC-BY-SA-4.0",
    question: "What dose?",
    context: "Weight 20 kg.\nNo fever.",
    options: null,
    gold: { kind: "calculation", answer: "4.6", lower: 4.37, upper: 4.83, output: "decimal" },
    split: "train",
    tags: [],
  });
});

Deno.test("the output is told from answer and limits", () => {
  const cases: [string, string, string, string][] = [
    ["3", "3", "3", "integer"],
    ["-1", "-1", "-1", "integer"],
    ["3.0", "3.0", "3.0", "decimal"],
    ["100", "95", "105", "decimal"],
    ["-1.75", "-1.84", "-1.66", "decimal"],
    ["1e3", "950", "1050", "decimal"],
  ];
  for (const [answer, lower, upper, output] of cases) {
    const { gold } = parse(answer, lower, upper);
    assertEquals(
      gold,
      {
        kind: "calculation",
        answer,
        lower: Number(lower),
        upper: Number(upper),
        output,
      } as typeof gold,
    );
  }
});

Deno.test("dates and weeks with days keep their text and have no limits", () => {
  for (
    const [answer, output] of [
      ["05/02/2019", "date"],
      ["2/29/2020", "date"],
      ["('17 weeks', '6 days')", "weeks_days"],
      ["('17 weeks','6 days')", "weeks_days"],
      ["('1 week', '0 days')", "weeks_days"],
    ] as const
  ) {
    assertEquals(parse(answer).gold, {
      kind: "calculation",
      answer,
      lower: null,
      upper: null,
      output,
    });
  }
});

Deno.test("answers and limits that cannot be compared are refused", () => {
  const cases: [() => unknown, string][] = [
    [() => parse("4", "NaN", "5"), 'Lower Limit must be a finite number: current value is "NaN"'],
    [() => parse("4", "3", NaN), "Upper Limit must be a finite number: current value is NaN"],
    [() => parse("4", "3", "5%"), 'current value is "5%"'],
    [() => parse("4", "", "5"), 'current value is ""'],
    [() => parse("4", null, "5"), "current value is null"],
    [() => parse("-4", "-3.8", "-4.2"), "at most the Upper Limit -4.2; the two may be swapped"],
    [() => parse("9", "3", "5"), 'answer must be within the limits 3 and 5: current value is "9"'],
    [() => parse("2/30/2020"), "a date m/d/yyyy of the calendar"],
    [() => parse("13/01/2020"), "a date m/d/yyyy of the calendar"],
    [() => parse("nan", "1", "2"), 'current value is "nan"'],
    [() => parse("1e400", "1", "2"), "answer must be a finite number"],
    [() => parse("0x10", "1", "20"), "answer must be a finite number"],
    [() => parse("1,000", "1", "2000"), "answer must be a finite number"],
    [() => parse(["4"], "3", "5"), 'current value is ["4"]'],
    [() => parse(null, "3", "5"), "current value is null"],
  ];
  for (const [call, message] of cases) assertThrows(call, DataError, message);
});

Deno.test("a problem without tags is all question", () => {
  const row = { problem: " 2 + 2? ", answer: 4, "Lower Limit": 4, "Upper Limit": 4 };
  const record = medu1Layout.parse(row, WHERE);
  assertEquals([record.question, record.context, record.id], ["2 + 2?", "", ""]);
});

Deno.test("MedCalc-Bench's published columns are read too", () => {
  const record = medcalcLayout.parse({
    "Row Number": "7",
    "Calculator Name": "MELD",
    Category: "lab test",
    "Patient Note": "A note.",
    Question: "What score?",
    "Ground Truth Answer": "11",
    "Lower Limit": "11",
    "Upper Limit": "11",
  }, WHERE);
  assertEquals([record.id, record.context, record.question, record.tags], [
    "7",
    "A note.",
    "What score?",
    ["MELD", "lab test"],
  ]);
});
