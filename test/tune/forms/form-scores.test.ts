import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matrix } from "embedtune";
import { createMatrix, multiply, normalizeRows } from "embedtune/math";
import { applySide } from "../../../src/adapter/apply.js";
import { gatherRows, rowRange } from "../../../src/math/matrix.js";
import { fitRca } from "embedtune";
import type { Sides } from "../../../src/tune/candidates/candidate.js";
import { untouchedSides } from "../../../src/tune/candidates/closed-forms.js";
import { judgedQuestions } from "../../../src/tune/claims/judged-questions.js";
import { changedRow, changedScores, createFormMaker } from "../../../src/tune/forms/form-scores.js";
import { formGrid, type Form } from "../../../src/tune/forms/form.js";
import { emptyOutcomes, readOutcomes } from "../../../src/tune/ranking/outcomes.js";
import { rankInWholeCorpus } from "../../../src/tune/ranking/whole-corpus.js";
import { intents, prepared } from "../corpora.js";

const corpus = prepared(intents(60, 9, { d: 8 }));
const { queries, passages, positives } = corpus;
const rca = fitRca({ ...intents(60, 9, { d: 8 }) });
const known = {
  query: positives.query.subarray(0, 40),
  passage: positives.passage.subarray(0, 40),
};
const rows = Uint32Array.from({ length: 20 }, (_, i) => 40 + i);
const mapped = (sides: Sides): { asked: Matrix; own: Matrix; scores: Matrix } => {
  const asked = normalizeRows(applySide(sides.query, gatherRows(queries, rows)));
  const own = normalizeRows(applySide(sides.passage, passages));
  return { asked, own, scores: multiply(asked, own, { transposeB: true }) };
};
const same = (row: number): number => row;

describe.each<[string, Sides]>([
  ["the untouched embedding", untouchedSides],
  ["RCA", rca],
])("forms on top of %s", (_, sides) => {
  const { asked, own, scores } = mapped(sides);
  const make = createFormMaker(corpus, sides, asked, known);

  it("scores moved passages by where they stand, and others as before", () => {
    const form: Form = { name: "moved passages", move: { kind: "mean", strength: 1 } };
    const { moved } = make(form);
    const changed = changedScores(scores, asked, make(form), same);
    const table = createMatrix(own.rows, own.cols, own.data.slice());
    for (const [i, row] of moved!.rows.entries()) {
      table.data.set(rowRange(moved!.vectors, i, i + 1).data, row * own.cols);
    }
    expect(changed).toEqual(multiply(asked, table, { transposeB: true }));
    expect([...moved!.rows]).toEqual([...new Set(known.passage)].sort((a, b) => a - b));
    // In the space after the map: one question alone pulls its passage half its own length toward it.
    const mappedKnown = normalizeRows(applySide(sides.query, gatherRows(queries, known.query)));
    const [row] = moved!.rows;
    const sum = new Float64Array(own.cols);
    let count = 0;
    for (const [i, passage] of known.passage.entries()) {
      if (passage !== row) continue;
      count++;
      for (let j = 0; j < own.cols; j++) sum[j] += mappedKnown.data[i * own.cols + j];
    }
    const expected = createMatrix(1, own.cols);
    for (let j = 0; j < own.cols; j++) {
      expected.data[j] = own.data[row * own.cols + j] + sum[j] / (count + 1);
    }
    const unit = normalizeRows(expected).data;
    moved!.vectors.data.subarray(0, own.cols).forEach((x, j) => expect(x).toBeCloseTo(unit[j], 5));
  });

  it("adds the votes of the nearest known questions, by hand", () => {
    const votes = { weight: 0.3, neighbours: 4, temperature: 0.1 };
    const changed = changedScores(scores, asked, make({ name: "known questions", votes }), same);
    const mappedKnown = normalizeRows(applySide(sides.query, gatherRows(queries, known.query)));
    const cosines = multiply(asked, mappedKnown, { transposeB: true });
    for (let q = 0; q < asked.rows; q++) {
      const row = [...cosines.data.subarray(q * 40, (q + 1) * 40)];
      const near = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 4);
      const total = near.reduce((sum, i) => sum + Math.exp(row[i] / 0.1), 0);
      for (let p = 0; p < own.rows; p++) {
        const voters = near.filter((i) => known.passage[i] === p);
        const share = voters.reduce((sum, i) => sum + Math.exp(row[i] / 0.1), 0) / total;
        const vote = voters.length === 1 ? Math.min(0.5, share) : share;
        const at = q * own.rows + p;
        expect(changed.data[at] - scores.data[at]).toBeCloseTo(0.3 * vote, 5);
      }
    }
  });

  it("gives a block of the corpus, one question, and streamed ranks the same", async () => {
    const data = { ...corpus };
    const questions = judgedQuestions(corpus, rows, null, 1);
    for (const form of formGrid) {
      const whole = changedScores(scores, asked, make(form), same);
      const block = rowRange(own, 3, 7);
      const part = changedScores(
        multiply(asked, block, { transposeB: true }),
        asked,
        make(form),
        (row) => (row >= 3 && row < 7 ? row - 3 : -1),
      );
      for (let q = 0; q < asked.rows; q++) {
        const full = whole.data.subarray(q * own.rows, (q + 1) * own.rows);
        expect([...part.data.subarray(q * 4, (q + 1) * 4)]).toEqual([...full.subarray(3, 7)]);
        const chosen = [8, 2, 5];
        const cosines = Float32Array.from(chosen, (p) => scores.data[q * own.rows + p]);
        expect([...changedRow(cosines, q, chosen, asked, make(form))]).toEqual(
          chosen.map((p) => full[p]),
        );
      }
      const [direct, streamed] = [emptyOutcomes(20), emptyOutcomes(20)];
      const places = Uint32Array.from(rows.keys());
      readOutcomes(whole, questions, direct, places);
      await rankInWholeCorpus(data, sides, rows, questions, streamed, places, null, {
        form: { form, pairs: known },
      });
      expect(streamed.rank).toEqual(direct.rank);
      expect(streamed.match).toEqual(direct.match);
    }
  });
});

describe("changedScores", () => {
  it("leaves the cosines it is given as they are", () => {
    const { asked, scores } = mapped(untouchedSides);
    const before = scores.data.slice();
    const make = createFormMaker(corpus, untouchedSides, asked, known);
    for (const form of formGrid) changedScores(scores, asked, make(form), same);
    expect(scores.data).toEqual(before);
  });

  it("never lets one known question add more than half the weight", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (neighbours, temperature) => {
          const { asked, scores } = mapped(untouchedSides);
          const one = { query: known.query.subarray(0, 1), passage: known.passage.subarray(0, 1) };
          const make = createFormMaker(corpus, untouchedSides, asked, one);
          const votes = { weight: 0.4, neighbours, temperature };
          const changed = changedScores(
            scores,
            asked,
            make({ name: "known questions", votes }),
            same,
          );
          changed.data.forEach((score, i) => {
            expect(score - scores.data[i]).toBeLessThanOrEqual(0.2 + 1e-6);
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});
