import { describe, expect, it } from "vitest";
import {
  formSentence,
  judgementSentence,
  sentenceOf,
  type FormParts,
  type JudgementParts,
  type SentenceParts,
} from "../../../src/tune/verdict/sentence.js";

const parts: SentenceParts = {
  ...{ verdict: "use it", claim: "questions", metric: "mrr" },
  foreseen: { labels: 120, gain: 0.0834 },
  peerGain: { gain: 0.01, low: -0.02, high: 0.04 },
  labels: { pairs: 130, questions: 120, groups: 110 },
  corpus: { rows: 1300, judged: 1300 },
  best: {
    ...{ method: "info-nce from rca", side: "query", parameters: { rate: 1e-3 } },
    expected: { gain: 0.0834, low: 0.058, high: 0.1242 },
  },
  bestChange: { gain: -0.03, low: -0.05, high: -0.01 },
  ...{
    before: 0.7,
    after: 0.7834,
    judged: 120,
    labelsLookUnrelated: false,
    skipped: [],
    copies: 0,
  },
  doubt: null,
};

describe("sentenceOf", () => {
  it.each<[Partial<SentenceParts>, string]>([
    [
      {},
      "use it: for new questions about known passages, info-nce from rca (query side) raises MRR from 0.700 to 0.783, by +0.083 [0.058, 0.124] (120 questions judged out of fold against 1,300 passages).",
    ],
    [
      { copies: 40 },
      "use it: for new questions about known passages, info-nce from rca (query side) raises MRR from 0.700 to 0.783, by +0.083 [0.058, 0.124] (120 questions judged out of fold against 1,300 passages). Beside the right passage of 40 questions stands one that nearly equals it, and telling the two apart may look like a gain: let pairs name the corpus's own passages.",
    ],
    [
      { verdict: "leave it", claim: "passages", metric: "recall@1" },
      "leave it: for questions about passages nobody has asked about, every change that was tried lowers recall@1, the best by -0.030 [-0.050, -0.010] (120 questions judged out of fold against 1,300 passages).",
    ],
    [
      { verdict: "not shown", foreseen: { labels: 4000, gain: 0.0834 } },
      "not shown: for new questions about known passages, the best change, info-nce from rca (query side), moves MRR from 0.700 by +0.083 [0.058, 0.124], and by +0.010 [-0.020, 0.040] among passages that were learnt from alike; about 4,000 labelled questions would show a gain of 0.083 (there are 120) (120 questions judged out of fold against 1,300 passages).",
    ],
    [
      {
        ...{
          verdict: "not shown",
          foreseen: null,
          doubt: "there are 12 groups of questions, fewer than 20",
        },
      },
      "not shown: for new questions about known passages, the best change, info-nce from rca (query side), moves MRR from 0.700 by +0.083 [0.058, 0.124], and by +0.010 [-0.020, 0.040] among passages that were learnt from alike, but there are 12 groups of questions, fewer than 20; a gain worth having is not in sight (120 questions judged out of fold against 1,300 passages).",
    ],
    [
      {
        ...{ verdict: "not shown", foreseen: null, before: 1, after: 1 },
        best: { ...parts.best, expected: { gain: -0.0002, low: -0.01, high: -0.0001 } },
      },
      "not shown: for new questions about known passages, the best change, info-nce from rca (query side), leaves MRR at 1.000, +0.000 [-0.010, 0.000]; a gain worth having is not in sight (120 questions judged out of fold against 1,300 passages).",
    ],
    [
      {
        ...{ verdict: "not shown", foreseen: null, labelsLookUnrelated: true },
        best: { ...parts.best, method: "identity", expected: { gain: 0, low: 0, high: 0 } },
        skipped: ["ridge", "info-nce"],
      },
      "not shown: for new questions about known passages, no change that was tried does better than the untouched embedding (MRR 0.700); a gain worth having is not in sight (120 questions judged out of fold against 1,300 passages). The right passages rank as if drawn at random: these labels look unrelated to these passages. Not tried for lack of time: ridge, info-nce.",
    ],
    [
      {
        ...{ verdict: "untested", claim: null, foreseen: null },
        ...{ best: { ...parts.best, expected: null }, reason: "there are no labels to judge by" },
      },
      "untested: there are no labels to judge by, so the embedding stays as it is; about 100 labelled questions would settle a gain of 0.05 MRR, six times as many one of 0.02.",
    ],
  ])("puts %j in words", (change, sentence) => {
    expect(sentenceOf({ ...parts, ...change })).toBe(sentence);
  });
});

describe("formSentence", () => {
  const form: FormParts = {
    ...{ verdict: "not shown", metric: "mrr", form: "moved passages", judged: 40 },
    map: { method: "identity", side: "query" },
    expected: { gain: 0, low: 0, high: 0 },
    overBest: { gain: -0.01, low: -0.02, high: 0 },
    ...{ before: 1, after: 1, labelsLookUnrelated: false, elsewhere: null },
  };

  it("says which way it goes, and what was not measured", () => {
    const whole = (change: Partial<FormParts>): string => formSentence({ ...form, ...change });
    expect(whole({})).toBe(
      "not shown: for new questions about known passages, moved passages on top of the untouched embedding leave MRR at 1.000, +0.000 [0.000, 0.000], which is -0.010 [-0.020, 0.000] against the best map alone (40 questions judged out of fold); questions about passages nobody has asked about were not measured.",
    );
    expect(whole({ after: 0.9 })).toContain(" lower MRR from 1.000 to 0.900");
    expect(whole({ before: 0.8 })).toContain(" raise MRR from 0.800 to 1.000");
    expect(whole({ labelsLookUnrelated: true })).toMatch(
      /these labels look unrelated to these passages\.$/,
    );
    const elsewhere = { gain: -0.02, low: -0.04, high: 0.01 };
    expect(whole({ elsewhere })).toMatch(
      /questions about passages nobody has asked about change by -0\.020 \[-0\.040, 0\.010\]\.$/,
    );
  });
});

describe("judgementSentence", () => {
  const judgement: JudgementParts = {
    ...{ verdict: "not shown", metric: "mrr", before: 0.5, after: 0.498, questions: 1 },
    ...{ gain: { gain: -0.002, low: -0.01, high: 0.01 }, passages: 30, labelsLookUnrelated: false },
  };

  it("says what a finished adapter is worth on the questions given", () => {
    const sentence =
      "not shown: for the questions given, the adapter moves MRR from 0.500 to 0.498, by -0.002 [-0.010, 0.010] (1 question against 30 passages).";
    expect(judgementSentence(judgement)).toBe(sentence);
    expect(judgementSentence({ ...judgement, before: 0.4981, metric: "recall@1" })).toContain(
      "the adapter leaves recall@1 at 0.498, -0.002 [-0.010, 0.010] (",
    );
    expect(judgementSentence({ ...judgement, labelsLookUnrelated: true })).toBe(
      `${sentence} The right passages rank as if drawn at random: these labels look unrelated to these passages.`,
    );
  });
});
