import { assertEquals } from "@std/assert";
import { readDate, readWeeksDays } from "./calendar.ts";

Deno.test("readDate reads month/day/year and its usual writings", () => {
  const writings = [
    "12/07/2021",
    "12/7/2021",
    "12-07-2021",
    "2021-12-07",
    "December 7, 2021",
    "Dec 7 2021",
    "7 December 2021",
    "The due date is 12/07/2021.",
    "\\boxed{12/07/2021}",
    "12/07/2021 (December 7th, 2021)",
    "12 / 07 / 2021",
    "12\u204407\u20442021",
    "$12\\/07\\/2021$",
    "December 7,2021",
    "7th of December 2021",
    "07-Dec-2021",
    "Dec-07-2021",
  ];
  for (const text of writings) assertEquals(readDate(text), "2021-12-07", text);
});

Deno.test("readDate takes no missing, doubtful or impossible date", () => {
  for (
    const text of [
      "",
      "12/07/21",
      "12/07/2021 or 12/08/2021",
      "13/07/2021",
      "2/30/2021",
      "Foo 7, 2021",
      "12/07/20211",
      "0/7/2021",
      "12.07.2021",
      "December 2021",
    ]
  ) assertEquals(readDate(text), null, text);
});

Deno.test("readWeeksDays reads pairs, words and abbreviations as days", () => {
  const writings = [
    "('17 weeks', '6 days')",
    "['17 weeks','6 days']",
    "(17, 6)",
    "17+6",
    "17 weeks, 6 days",
    "17 weeks and 6 days",
    "17w6d",
    "17 wks 6 d",
    "The age is 17 Weeks 6 Days.",
    "125 days",
    "17 6/7",
    "17 6/7 weeks",
    "17-6/7 weeks",
    "17 weeks and 6/7",
    "('17', '6')",
  ];
  for (const text of writings) assertEquals(readWeeksDays(text), 125, text);
  assertEquals(readWeeksDays("17 weeks"), 119);
  assertEquals(readWeeksDays("('25 weeks', '0 days')"), 175);
});

Deno.test("readWeeksDays takes no text without one single time", () => {
  for (
    const text of [
      "",
      "17",
      "17 or 18 weeks and 17 weeks",
      "6.5 weeks",
      "weeks days",
      "17 weeks, 6/7 days",
    ]
  ) {
    assertEquals(readWeeksDays(text) === 125, false, text);
  }
  assertEquals(readWeeksDays("17 weeks or 18 weeks"), null);
  assertEquals(readWeeksDays("6.5 weeks"), null);
});
