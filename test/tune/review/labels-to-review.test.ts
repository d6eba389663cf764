import { describe, expect, it } from "vitest";
import { labelsToReview, type ReviewedDecision } from "../../../src/report.js";
import type { QuestionOutcome } from "../../../src/tune/verdict/decision.js";

const passages = [
  "a yearly plan can be refunded within thirty days of the first payment",
  "a yearly plan can be refunded within thirty days of the first payment!",
  "sign in with the code that we send to your phone by text message",
  "appointments can be moved by dragging them in the calendar",
];

/** A question at a rank, with the cosines of its right and its nearest wrong passage. */
function outcome(
  row: number,
  { rank = 1, right = 0, wrong = 3, cosines = [0.6, 0.5] } = {},
): QuestionOutcome {
  const nearest = { right, rightCosine: cosines[0], wrong, wrongCosine: cosines[1] };
  return {
    ...{ row, before: rank, after: rank, bestOfAll: rank },
    nearest: { before: nearest, after: nearest },
  };
}

// Their spread is what a clear lead is measured by.
const many = Array.from({ length: 30 }, (_, row) =>
  outcome(row, { cosines: [0.5 + 0.02 * (row % 10), 0.4] }),
);
const decision = (questions: readonly QuestionOutcome[]): ReviewedDecision => ({
  questions,
  corpus: { rows: 100, judged: 100 },
});

/** Pairs of query, passage and label over three queries. */
function labelled(
  pairs: readonly (readonly [query: number, passage: number, label: number])[],
  queries = ["how do I get my money back", "where is the code", "move an appointment"],
): ReviewedDecision {
  return {
    ...decision([]),
    texts: {
      ...{ queries, passages, queryIds: ["a", "b", "c"], passageIds: ["p", "q", "r", "s"] },
      pairs: {
        query: Uint32Array.from(pairs, ([query]) => query),
        passage: Uint32Array.from(pairs, ([, passage]) => passage),
        label: Uint8Array.from(pairs, ([, , label]) => label),
      },
    },
  };
}

describe("labelsToReview", () => {
  it("finds a right passage that stays far down while another stands clearly first", () => {
    const low = outcome(30, { rank: 40, right: 2, cosines: [0.1, 0.9] });
    expect(labelsToReview(decision([...many, low]))).toEqual([
      {
        ...{ reason: "ranked low", query: 30, queryId: null, passage: 2, passageId: null },
        ...{ other: 3, otherId: null, before: 40, after: 40, bestOfAll: 40 },
      },
    ]);
  });

  it("leaves alone what one candidate ranks well, what is near the first, and what a reader still finds", () => {
    const low = outcome(30, { rank: 40, cosines: [0.1, 0.9] });
    const near = outcome(30, { rank: 40, cosines: [0.59, 0.6] });
    for (const question of [
      { ...low, bestOfAll: 3 },
      { ...low, nearest: { ...low.nearest, after: near.nearest.after } },
      { ...low, bestOfAll: 10 },
    ]) {
      expect(labelsToReview(decision([...many, question]))).toEqual([]);
    }
  });

  it("blames the embedding and not the labels where many rank low", () => {
    const low = Array.from({ length: 30 }, (_, i) =>
      outcome(i, { rank: 20 + i, cosines: [i % 2 === 0 ? 0.1 : 0.12, 0.9] }),
    );
    const found = labelsToReview(decision(low));
    expect(found.map(({ query }) => query)).toEqual([29, 28, 27]);
  });

  it("finds a near copy that is not labelled, and none where both are", () => {
    expect(labelsToReview(labelled([[0, 0, 1]]))).toMatchObject([
      { reason: "near copy", queryId: "a", passageId: "p", otherId: "q", bestOfAll: null },
    ]);
    const both = labelled([
      [0, 0, 1],
      [0, 1, 1],
    ]);
    expect(labelsToReview(both)).toEqual([]);
  });

  it("finds a copy labelled otherwise, and the same question labelled with other passages", () => {
    const copies = labelled([
      [0, 0, 1],
      [0, 1, 0],
    ]);
    expect(labelsToReview(copies)).toMatchObject([
      { reason: "contradiction", passage: 0, other: 1 },
    ]);
    const pairs = [
      [0, 2, 1],
      [1, 3, 1],
    ] as const;
    const same = labelled(pairs, ["Where is the code", "where is  the code", "else"]);
    expect(labelsToReview(same)).toMatchObject([
      { reason: "contradiction", query: 0, passage: 2, other: 3 },
      { reason: "contradiction", query: 1, passage: 3, other: 2 },
    ]);
    expect(labelsToReview(labelled(pairs))).toEqual([]);
  });

  it("names a label once, contradictions first", () => {
    const low = outcome(0, { rank: 40, right: 0, cosines: [0.1, 0.9] });
    const own = labelled([
      [0, 0, 1],
      [0, 1, 0],
    ]);
    const found = labelsToReview({ ...own, questions: [low, ...many.slice(1)] });
    expect(found).toMatchObject([{ reason: "contradiction", query: 0, bestOfAll: 40 }]);
  });

  it("finds nothing where nothing was judged", () => {
    expect(labelsToReview(decision([]))).toEqual([]);
  });
});
