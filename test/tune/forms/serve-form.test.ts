import { describe, expect, it } from "vitest";
import { applyAdapter, fitAdapter, identityAdapter, serveForm } from "embedtune";
import {
  applyMovedPassages,
  createKnownQuestions,
  decodeMovedPassages,
  encodeMovedPassages,
  rankPassages,
} from "embedtune/answered";
import { multiply, rowOf } from "embedtune/math";
import { prepareLabelledCorpus } from "../../../src/tune/claims/labelled-corpus.js";
import { changedScores, createFormMaker } from "../../../src/tune/forms/form-scores.js";
import type { Form } from "../../../src/tune/forms/form.js";
import { intents } from "../corpora.js";

const { queries, passages, pairs: all } = intents(240, 12, { noise: 2 });
const pairs = {
  query: Uint32Array.from(all.query).subarray(0, 200),
  passage: Uint32Array.from(all.passage).subarray(0, 200),
  label: new Uint8Array(200).fill(1),
};
const data = { queries, passages, pairs };
const ids = {
  queries: Array.from({ length: 240 }, (_, i) => `q${i}`),
  passages: Array.from({ length: 12 }, (_, i) => `p${i}`),
};
const decision = await fitAdapter(data, { candidates: ["rca"], embedder: "test" });
const [moving, voting] = decision.forms;

/** What the judge's own code makes of the questions without labels. */
function judgedScores(form: Form, adapter: typeof moving.adapter) {
  const fresh = { ...queries, rows: 40, data: queries.data.subarray(200 * queries.cols) };
  const asked = applyAdapter(adapter, fresh, { side: "query" });
  const table = applyAdapter(adapter, passages, { side: "passage" });
  const corpus = prepareLabelledCorpus(data, "test");
  const make = createFormMaker(corpus, adapter, asked, corpus.positives);
  const scores = changedScores(
    multiply(asked, table, { transposeB: true }),
    asked,
    make(form),
    (row) => row,
  );
  return { asked, table, scores };
}

describe("serveForm", () => {
  it("serves moved passages as they were judged, through a file", () => {
    const { moved, known } = serveForm(moving, data, ids);
    expect(known).toBeNull();
    const form = { name: "moved passages", move: moving.move! } as const;
    const { asked, table, scores } = judgedScores(form, moving.adapter);
    const read = decodeMovedPassages(encodeMovedPassages(moved!));
    const served = applyMovedPassages({ passages: table, ids: ids.passages }, read, {
      adapter: moving.adapter,
      embedder: "test",
    });
    const own = multiply(asked, served.vectors, { transposeB: true });
    own.data.forEach((score, i) => expect(score).toBeCloseTo(scores.data[i], 5));
    expect(moving.moved!.vectors.data.length).toBe(moved!.vectors.data.length);
    expect(moved!.vectors).toEqual(moving.moved!.vectors);
    expect(moved!.metadata).toMatchObject({
      embedder: "test",
      verdict: moving.verdict,
      sentence: moving.sentence,
    });
  });

  it("serves known questions as they were judged", () => {
    const { moved, known } = serveForm(voting, data, ids);
    expect(moved).toBeNull();
    const form = { name: "known questions", votes: voting.votes! } as const;
    const { asked, table, scores } = judgedScores(form, voting.adapter);
    const questions = createKnownQuestions(known!, { adapter: voting.adapter, embedder: "test" });
    expect(questions.size).toBe(200);
    for (let q = 0; q < asked.rows; q++) {
      const query = rowOf(asked, q);
      const ranking = rankPassages(
        { query, passages: table, ids: ids.passages, votes: questions.votes(query) },
        { limit: 12 },
      );
      for (const { id, score } of ranking) {
        expect(score).toBeCloseTo(scores.data[q * 12 + ids.passages.indexOf(id)], 5);
      }
    }
  });

  it("names rows by their numbers where no names are given, or one lacks", () => {
    const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
    const { known } = serveForm(voting, data);
    expect(new Set(known?.passages).size).toBeGreaterThan(1);
    expect(numbers(data.passages.rows)).toEqual(expect.arrayContaining([...known!.passages]));
    const lacking = ids.queries.map((id, i) => (i === 3 ? null : id));
    expect(serveForm(voting, data, { ...ids, queries: lacking }).known?.ids).toEqual(known?.ids);
    expect(serveForm(voting, data, ids).known?.ids).not.toEqual(known?.ids);
  });

  it("is refused with another adapter, and with other numbers of names", () => {
    const { moved, known } = serveForm(moving, data, ids);
    expect(known).toBeNull();
    expect(() =>
      applyMovedPassages({ passages, ids: ids.passages }, moved!, { adapter: identityAdapter(24) }),
    ).toThrow("adapter");
    expect(() => serveForm(moving, data, { ...ids, passages: ["p0"] })).toThrow(
      "serveForm: ids.passages must name one per row (12), received 1",
    );
    expect(() => serveForm(moving, data, { ...ids, queries: [] })).toThrow(
      "serveForm: ids.queries",
    );
    const twice = ids.queries.map((id, i) => (i === 7 ? "q3" : id));
    expect(() => serveForm(moving, data, { ...ids, queries: twice })).toThrow("ids.queries[7]");
    expect(() => serveForm({ ...voting, votes: null }, data, ids)).toThrow("serveForm: form");
  });
});
