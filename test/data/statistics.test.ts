import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readNaturalQuestions } from "../../src/data/natural-questions/read-natural-questions.js";
import { questionStatistics } from "../../src/data/natural-questions/statistics.js";
import type { Annotation, Question } from "../../src/data/types.js";

const sample = fileURLToPath(new URL("../../examples/data/nq-sample.jsonl.gz", import.meta.url));

describe("questionStatistics", () => {
  it("counts the shipped sample as plain counting does", async () => {
    interface Example {
      document_text: string;
      document_url: string;
      long_answer_candidates: { start_token: number; end_token: number }[];
      annotations: {
        long_answer: { candidate_index: number; start_token: number };
        short_answers: unknown[];
        yes_no_answer: string;
      }[];
    }
    const examples = gunzipSync(readFileSync(sample))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Example);
    const answered = examples.filter((e) => e.annotations[0].long_answer.candidate_index >= 0);
    const opening = (tag: string): number =>
      answered.filter(
        (e) => e.document_text.split(" ")[e.annotations[0].long_answer.start_token] === tag,
      ).length;

    const found = await questionStatistics(readNaturalQuestions(sample));
    expect(found).toMatchObject({
      questions: examples.length,
      pages: new Set(examples.map((e) => e.document_url)).size,
      answered: answered.length,
      skipped: { noLongAnswer: examples.length - answered.length, tooFewAnnotators: 0 },
      unanswerable: (examples.length - answered.length) / examples.length,
      answers: {
        short: answered.filter((e) => e.annotations[0].short_answers.length > 0).length,
        yesNo: answered.filter((e) => e.annotations[0].yes_no_answer !== "NONE").length,
      },
      answerKinds: {
        paragraph: opening("<P>"),
        table: opening("<Table>"),
        row: opening("<Tr>"),
        list: opening("<Ul>"),
        item: opening("<Li>"),
        other: 0,
      },
    });
    const counts = examples.map((e) => e.long_answer_candidates.length).sort((a, b) => a - b);
    const { candidatesPerQuestion: spread } = found;
    expect(spread.count).toBe(counts.length);
    expect([spread.min, spread.max]).toEqual([counts[0], counts[counts.length - 1]]);
    expect(spread.quantiles.p50).toBe(counts[Math.ceil(counts.length / 2) - 1]);
    expect(spread.mean).toBeCloseTo(counts.reduce((a, b) => a + b) / counts.length, 10);
    expect(found.candidateTokens.count).toBe(counts.reduce((a, b) => a + b));
  });

  const span = { startToken: 1, endToken: 5, candidateIndex: 0 };
  const annotation = (answered: boolean, startToken = 1): Annotation => ({
    id: "1",
    longAnswer: answered ? { ...span, startToken, kind: "paragraph", text: "abc" } : null,
    shortAnswers: [],
    yesNo: "NONE",
  });
  const question = (annotations: Annotation[]): Question => ({
    id: "1",
    text: "who is it",
    title: "T",
    url: "",
    candidates: [],
    annotations,
  });

  it("takes an answer of five annotators from two on, and counts distinct spans once", async () => {
    const [no, yes, other] = [annotation(false), annotation(true), annotation(true, 2)];
    const found = await questionStatistics([
      question([no, no, no, no, no]),
      question([no, yes, no, no, no]),
      question([yes, yes, no, no, other]),
    ]);
    expect(found).toMatchObject({
      questions: 3,
      pages: 1,
      answered: 1,
      skipped: { noLongAnswer: 1, tooFewAnnotators: 1 },
      answers: { short: 0, yesNo: 0, longOnly: 1 },
      answerKinds: { paragraph: 2 },
    });
    expect(found.answersPerQuestion.values).toEqual([[2, 1]]);
    expect(found.questionWords.values).toEqual([[3, 3]]);
  });

  it("has no figures for no questions", async () => {
    const found = await questionStatistics([]);
    expect(found.questions).toBe(0);
    expect(found.unanswerable).toBeNaN();
    expect(found.candidatesPerQuestion.mean).toBeNaN();
  });
});
