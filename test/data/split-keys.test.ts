import { describe, expect, it } from "vitest";
import { groupedFolds } from "../../src/data/split/grouped-folds.js";
import { groupedSplit } from "../../src/data/split/grouped-split.js";
import { leakReport } from "../../src/data/split/leak-report.js";
import { splitKeys } from "../../src/data/split/split-keys.js";
import type { Question } from "../../src/data/types.js";

/** A question about a page, with the passages its annotators chose; `null` for an annotator who found none. */
const question = (
  text: string,
  title: string,
  answers: readonly (string | null)[],
  url = "",
): Question => ({
  id: text,
  text,
  title,
  url,
  candidates: [],
  annotations: answers.map((answer, i) => ({
    id: String(i),
    longAnswer:
      answer === null ? null : { startToken: 0, endToken: 1, candidateIndex: 0, text: answer },
    shortAnswers: [],
    yesNo: "NONE",
  })),
});

describe("splitKeys", () => {
  it("of a question are its text, each passage that answers once, and its page", () => {
    expect(splitKeys(question("Who  wrote it", "A Book", ["Ann Poe", null, "ann  poe"]))).toEqual({
      questions: ["who wrote it"],
      passages: ["ann poe"],
      pages: ["a book"],
    });
  });

  it("are the same for two ways to write a character", () => {
    // A ligature, full width; and a letter with its accent in one character or two.
    expect(splitKeys(question("ﬁnd ＡＢＣ é", "T", [])).questions).toEqual(["find abc \u00e9"]);
    expect(splitKeys(question("find abc e\u0301", "T", [])).questions).toEqual(["find abc \u00e9"]);
    const near = leakReport(
      [question("ﬁnd it now", "A", [])],
      [question("find it, now!", "B", [])],
    ).nearQuestions;
    expect(near.map(({ similarity }) => similarity)).toEqual([1]);
  });

  it("take the address for the page where it has no title", () => {
    expect(splitKeys(question("q", "", [], "https://x.org/A")).pages).toEqual(["https://x.org/a"]);
    expect(splitKeys(question("q", "T", [], "https://x.org/A")).pages).toEqual(["t"]);
  });
});

describe("questions", () => {
  /** Whether any of ten seeds puts the two on different sides. */
  const apart = (a: Question, b: Question): boolean => {
    const others = Array.from({ length: 8 }, (_, i) => question(`q${i}`, `T${i}`, [`p${i}`]));
    return Array.from({ length: 10 }, (_, seed) =>
      groupedSplit([a, b, ...others], { train: 0.5, validation: 0, test: 0.5, seed }),
    ).some(({ train, test }) => train.includes(a) !== train.includes(b) && test.length > 0);
  };

  it("stay together by question, answering passage or page, and by nothing else", () => {
    expect(apart(question("a", "A", ["x"]), question("A", "B", ["y"]))).toBe(false);
    expect(apart(question("a", "A", ["x"]), question("b", "B", ["X"]))).toBe(false);
    expect(apart(question("a", "A", ["x"]), question("b", "a ", ["y"]))).toBe(false);
    expect(apart(question("a", "A", ["x"]), question("b", "B", ["y"]))).toBe(true);
    // A page that is called like a question, a passage that reads like a title.
    expect(apart(question("a", "b", ["c"]), question("b", "C", ["A"]))).toBe(true);
    expect(apart(question("a", "A", [null]), question("b", "B", [null]))).toBe(true);
  });
});

describe("the defaults", () => {
  const items = Array.from({ length: 100 }, (_, i) => question(`q${i}`, `T${i}`, [`p${i}`]));
  const ids = (side: readonly Question[]): string[] => side.map(({ id }) => id);

  it("of a split are 60, 10 and 30 % by seed 1", () => {
    const { train, validation, test } = groupedSplit(items);
    expect([train.length, validation.length, test.length]).toEqual([60, 10, 30]);
    expect(ids(test)).toEqual(ids(groupedSplit(items, { seed: 1 }).test));
    expect(ids(test)).not.toEqual(ids(groupedSplit(items, { seed: 0 }).test));
  });

  it("of folds are five of equal size by seed 1", () => {
    const folds = groupedFolds(items);
    expect(folds.map(({ test }) => test.length)).toEqual([20, 20, 20, 20, 20]);
    expect(folds.map(({ test }) => ids(test))).toEqual(
      groupedFolds(items, { seed: 1 }).map(({ test }) => ids(test)),
    );
  });

  it("of a leak report list texts that share 80 % of their runs of three words", () => {
    const text = (last: string): string => `a b c d e f g h i j ${last}`; // 9 runs of three words
    const near = (a: string, b: string): number =>
      leakReport([question(a, "A", [])], [question(b, "B", [])]).nearQuestions.length;
    expect(near(text("k"), text("l"))).toBe(1); // 8 of 10
    expect(near(`${text("k")} m`, `${text("k")} n o`)).toBe(0); // 9 of 12
  });
});

describe("a near-duplicate", () => {
  it("is listed with its similarity, is no leak, and is not looked for at a threshold of 1", () => {
    const [a, b] = ["one two three four", "one two three five"].map((text) =>
      question(text, text, [text]),
    );
    const options = { nearThreshold: 0.3, shingleSize: 2 };
    expect(leakReport([a], [b], options)).toMatchObject({
      clean: true,
      nearQuestions: [{ a: a.text, b: b.text, similarity: 0.5 }],
      nearPassages: [{ a: a.text, b: b.text, similarity: 0.5 }],
    });
    expect(leakReport([a], [b], { ...options, nearThreshold: 1 }).nearQuestions).toEqual([]);
    expect(leakReport([a], [a], options).nearQuestions).toEqual([]);
  });

  it.each([
    [{ nearThreshold: 0 }, "leakReport: nearThreshold must be a number > 0 and <= 1, received 0"],
    [{ nearThreshold: 1.1 }, "received 1.1"],
    [{ shingleSize: 0 }, "leakReport: shingleSize must be an integer >= 1, received 0"],
  ])("is not looked for with %j", (options, message) => {
    expect(() => leakReport([], [], options)).toThrow(message);
  });
});
