import { describe, expect, it } from "vitest";
import { positivePairs } from "../../../src/negatives/natural-questions/positive-pairs.js";
import { consecutiveSpans, makeQuestion } from "../questions.js";

const spans = consecutiveSpans(3, 3);

describe("positivePairs", () => {
  it("makes a gold pair of a question and the passage its annotator chose, grouped by page", () => {
    const { pairs } = positivePairs([makeQuestion("q", "p", spans, [1])]);
    expect(pairs).toEqual([
      { query: "q", passage: "p-3 p-4 p-5", label: 1, group: "p", kind: "gold" },
    ]);
  });

  it("makes a pair of every distinct span of several annotators", () => {
    const { pairs } = positivePairs([makeQuestion("q", "p", spans, [2, 0, 2, null, 2])]);
    expect(pairs.map(({ passage }) => passage)).toEqual(["p-0 p-1 p-2", "p-6 p-7 p-8"]);
  });

  it("asks for two annotators where several judged, and for one where one did", () => {
    const lone = makeQuestion("q", "p", spans, [1, null, null, null, null]);
    expect(positivePairs([lone]).pairs).toEqual([]);
    expect(positivePairs([lone], { minAnnotators: 1 }).pairs).toHaveLength(1);
    // Two annotators who chose different spans agree that there is an answer.
    expect(
      positivePairs([makeQuestion("q", "p", spans, [1, 2, null, null, null])]).pairs,
    ).toHaveLength(2);
  });

  it("skips questions without an answer and counts them by reason", () => {
    const { counts } = positivePairs([
      makeQuestion("a", "p", spans, [null]),
      makeQuestion("b", "p", spans, [1, null, null]),
      makeQuestion("c", "p", spans, [1]),
      makeQuestion("c ", "p", spans, [1]),
      makeQuestion("d", "p", spans, [0], { texts: { 0: " " } }),
    ]);
    expect(counts).toEqual({
      questions: 5,
      answered: 1,
      drops: { duplicate: 1, "no-long-answer": 1, "too-few-annotators": 1, "too-short": 1 },
    });
  });

  it("keeps passages within the lengths asked for", () => {
    const questions = [
      makeQuestion(
        "q",
        "p",
        [
          [0, 1],
          [1, 9],
        ],
        [0, 1],
      ),
    ];
    expect(positivePairs(questions, { minLength: 10 }).pairs).toHaveLength(1);
    expect(positivePairs(questions, { maxLength: 10 }).counts.drops).toEqual({ "too-long": 1 });
  });

  it("refuses lengths that leave nothing, by name", () => {
    expect(() => positivePairs([], { minLength: 5, maxLength: 4 })).toThrow(
      "positivePairs: maxLength must be a number >= minLength (5), received 4",
    );
    expect(() => positivePairs([], { minAnnotators: 0 })).toThrow(
      "positivePairs: minAnnotators must be an integer >= 1, received 0",
    );
  });
});
