import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldKey } from "../../../src/data/text-identity.js";
import { DataError, layOutTexts, type TuningData } from "embedtune";

const lay = (data: unknown) => layOutTexts(data as TuningData, "test");

describe("layOutTexts", () => {
  it("numbers each text once, in the order in which it comes", async () => {
    const tables = await lay([
      { query: "a", passage: "x" },
      { query: "b", passage: "y", label: 0 },
      { query: "a", passage: "y" },
    ]);
    expect(tables.queries).toEqual(["a", "b"]);
    expect(tables.passages).toEqual(["x", "y"]);
    expect(tables.pairs).toEqual({
      query: Uint32Array.of(0, 1, 0),
      passage: Uint32Array.of(0, 1, 1),
      label: Uint8Array.of(1, 0, 1),
    });
    expect(tables.groups).toBeUndefined();
    expect(tables.items.queries).toEqual({ count: 3, first: Int32Array.of(0, 1) });
    expect(tables.items.passages).toEqual({ count: 3, first: Int32Array.of(0, 1) });
  });

  it("puts the corpus first, title and text joined, and counts what stands twice", async () => {
    const tables = await lay({
      pairs: [
        { query: "q", passage: "T text" },
        { query: "q", passage: "elsewhere" },
      ],
      corpus: ["alone", { id: "1", title: "T", text: "text" }, { id: "2", text: "alone" }],
    });
    expect(tables.passages).toEqual(["alone", "T text", "elsewhere"]);
    expect(tables.passageIds).toEqual(["2", "1", null]);
    expect([...tables.pairs.passage]).toEqual([1, 2]);
    expect(tables.counts).toMatchObject({ duplicatePassages: 1, passagesBesideCorpus: 1 });
    expect(tables.items.passages).toEqual({ count: 3, first: Int32Array.of(0, 1, -1) });
  });

  it("finds a pair's passage in the corpus without its title, and but for blanks at the ends, never but for case", async () => {
    const tables = await lay({
      pairs: [
        " Turn it\noff. ",
        "How to reboot Turn it\noff.\n",
        "Ask us.",
        "ask us. ",
        "ASK US.",
      ].map((passage, i) => ({ query: `q${i}`, passage })),
      corpus: [
        { id: "1", title: "How to reboot", text: "Turn it\noff." },
        { id: "2", title: "Contact", text: "Ask us." },
        { id: "3", title: "Help", text: "Ask us." },
        { id: "4", text: "ask us." },
      ],
    });
    // The whole text before the one behind a title; what the corpus lacks as it came.
    expect([...tables.pairs.passage]).toEqual([0, 0, 1, 3, 4]);
    expect(tables.passages.slice(4)).toEqual(["ASK US."]);
    expect(tables.counts.passagesBesideCorpus).toBe(1);
  });

  it("joins texts of one Unicode form and without blanks at the ends, the bytes and the id of the first kept", async () => {
    const [composed, apart] = ["caf\u00e9", "cafe\u0301"];
    const tables = await lay({
      queries: [
        { id: "q1", text: ` ${apart}?` },
        { id: "q2", text: `${composed}?` },
        { id: "q3", text: `${composed}?`.toUpperCase() },
      ],
      corpus: [
        { id: "d1", text: apart },
        { id: "d2", text: `${composed}\n` },
        { id: "d3", text: "mW" },
        { id: "d4", text: "MW" },
      ],
      qrels: [
        { queryId: "q1", passageId: "d2", score: 1 },
        { queryId: "q2", passageId: "d1", score: 1 },
        { queryId: "q3", passageId: "d3", score: 1 },
      ],
    });
    expect(tables.queries).toEqual([` ${apart}?`, `${composed}?`.toUpperCase()]);
    expect(tables.passages).toEqual([apart, "mW", "MW"]);
    expect(tables.passageIds).toEqual(["d1", "d3", "d4"]);
    expect(tables.pairs.query).toEqual(Uint32Array.of(0, 1));
    expect(tables.pairs.passage).toEqual(Uint32Array.of(0, 1));
    expect(tables.counts).toMatchObject({ duplicatePassages: 1, duplicatePairs: 1 });
    expect(tables.items.passages.first).toEqual(Int32Array.of(0, 2, 3));
  });

  it("counts nothing beside a corpus where there is none", async () => {
    const { counts } = await lay([{ query: "q", passage: "p" }]);
    expect(counts.passagesBesideCorpus).toBe(0);
  });

  it("refuses a group that is no name, rather than to divide it", async () => {
    await expect(lay([{ query: "q", passage: "p", group: { page: 1 } }])).rejects.toThrow(
      "test: pairs[0]: group must be a name, received",
    );
    const named = [3, "3", null, undefined].map((group, i) => ({
      ...{ query: `q${i}`, passage: "p", group },
    }));
    expect((await lay(named)).groups).toEqual([
      "group\t3",
      "group\t3",
      "question\tq2",
      "question\tq3",
    ]);
  });

  it("joins judgements to questions and passages by id, grades where there are some", async () => {
    const data = {
      queries: [
        { id: "q1", text: "first" },
        { id: "q2", text: "second" },
      ],
      corpus: [
        { id: "p1", text: "one" },
        { id: "p2", text: "two" },
      ],
      qrels: [
        { queryId: "q2", passageId: "p1", score: 2 },
        { queryId: "q1", passageId: "p2", score: 1 },
        { queryId: "q1", passageId: "p1", score: 0 },
        { queryId: "q2", passageId: "p2", score: -1 },
      ],
    };
    const { pairs, queryIds } = await lay(data);
    expect([...pairs.label]).toEqual([1, 1, 0, 0]);
    expect(Array.from(pairs.grade!)).toEqual([2, 1, 1, 1]);
    expect(queryIds).toEqual(["q1", "q2"]);
    const binary = await lay({ ...data, qrels: data.qrels.slice(1) });
    expect(binary.pairs.grade).toBeUndefined();
  });

  it("leaves out questions that nobody judged, and still knows where the others stood", async () => {
    const { queries, items } = await lay({
      queries: ["", "b", "c"].map((text, i) => ({ id: `q${i}`, text })),
      corpus: [{ id: "p", text: "x" }],
      qrels: [
        { queryId: "q2", passageId: "p", score: 1 },
        { queryId: "q1", passageId: "p", score: 0 },
      ],
    });
    expect(queries).toEqual(["b", "c"]);
    expect(items.queries).toEqual({ count: 3, first: Int32Array.of(1, 2) });
  });

  it("takes maps and asynchronous iterables, as readers give them", async () => {
    async function* pairs() {
      await Promise.resolve();
      yield { query: "a", passage: "x", kind: "gold", group: "page" };
    }
    expect((await lay(pairs())).groups).toEqual(["group\tpage"]);
    const byId = new Map([["q", { id: "q", text: "a" }]]);
    const qrels = [{ queryId: "q", passageId: "p", score: 1 }];
    const tables = await lay({ queries: byId, corpus: [{ id: "p", text: "x" }], qrels });
    expect(tables.queries).toEqual(["a"]);
  });

  it("joins groups through a question that is in both: none is to be divided", async () => {
    const tables = await lay([
      { query: "a", passage: "x", group: "A" },
      { query: "a", passage: "y", group: "B" },
      { query: "b", passage: "z", group: "B" },
      { query: "c", passage: "z", group: "C" },
    ]);
    expect(tables.groups).toEqual(["group\tA", "group\tA", "group\tC"]);
  });

  it("takes a group that repeats the question for none", async () => {
    const tables = await lay([
      { query: "a", passage: "x", group: "a" },
      { query: "b", passage: "x", group: "page" },
      { query: "c", passage: "x" },
    ]);
    expect(tables.groups).toEqual(["question\ta", "group\tpage", "question\tc"]);
    expect((await lay([{ query: "a", passage: "x", group: "a" }])).groups).toBeUndefined();
  });

  it("counts what is said twice, and believes neither of two that contradict each other", async () => {
    const { pairs, counts } = await lay([
      { query: "a", passage: "x" },
      { query: "a", passage: "x" },
      { query: "b", passage: "x" },
      { query: "b", passage: "x", label: 0 },
    ]);
    expect([...pairs.query]).toEqual([0]);
    expect(counts).toEqual({
      pairs: 4,
      duplicatePairs: 2,
      contradictions: 1,
      duplicatePassages: 0,
      passagesBesideCorpus: 0,
    });
  });

  it("keeps every pair's texts, whatever they are", async () => {
    const text = fc.string({ minLength: 1, maxLength: 3 }).filter((s) => /\S/.test(s));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ query: text, passage: text }), { minLength: 1, maxLength: 30 }),
        async (given) => {
          const { queries, passages, pairs } = await lay(given);
          const found = Array.from(pairs.query, (q, i) => [queries[q], passages[pairs.passage[i]]]);
          const key = (a: string, b: string): string => JSON.stringify([goldKey(a), goldKey(b)]);
          expect(new Set(found.map(([a, b]) => key(a, b)))).toEqual(
            new Set(given.map(({ query, passage }) => key(query, passage))),
          );
          expect(found).toHaveLength(new Set(given.map((p) => key(p.query, p.passage))).size);
        },
      ),
    );
  });

  it.each([
    [
      "a list of something else",
      [1],
      "test: pairs[0]: must be a pair with query and passage, received 1",
    ],
    [
      "other names",
      [{ question: "a", answer: "b" }],
      "test: pairs[0]: query must be a text, received nothing among the fields question, answer",
    ],
    [
      "an empty text",
      [{ query: "a", passage: " " }],
      'test: pairs[0]: passage must be a text, received " "',
    ],
    [
      "another label",
      [{ query: "a", passage: "b", label: "yes" }],
      'test: pairs[0]: label must be 0 or 1, received "yes"',
    ],
    [
      "a grade below 0",
      [{ query: "a", passage: "b", grade: -1 }],
      "test: pairs[0]: grade must be a number > 0, received -1",
    ],
    ["nothing at all", [], "test: data: must hold at least one pair or passage, received none"],
    ["no list", { pairs: 3 }, "test: pairs: must be a list, received 3"],
    [
      "a misspelt object",
      { passages: [] },
      "test: data: must be pairs of query and passage, { pairs, corpus }, { queries, corpus, qrels } or { corpus }, received an object of passages",
    ],
    ["nothing", undefined, "received nothing"],
    [
      "judgements without a corpus",
      { queries: [], qrels: [] },
      "test: data: must have queries, corpus and qrels, received queries, qrels without corpus",
    ],
    [
      "a blank question that is judged",
      {
        queries: [{ id: "1", text: " " }],
        corpus: [{ id: "p", text: "x" }],
        qrels: [{ queryId: "1", passageId: "p", score: 1 }],
      },
      'test: queries[0]: text must be a text, received " "',
    ],
    [
      "an id twice",
      {
        queries: [
          { id: "1", text: "a" },
          { id: "1", text: "b" },
        ],
        corpus: ["x"],
        qrels: [],
      },
      'test: queries[1]: id must be another in every record, received "1" again',
    ],
    [
      "an unknown id",
      {
        queries: [{ id: "1", text: "a" }],
        corpus: [{ id: "p", text: "x" }],
        qrels: [{ queryId: "1", passageId: "x", score: 1 }],
      },
      'test: qrels[0]: passageId must be that of a passage of the corpus, received "x"',
    ],
    [
      "a judgement without a score",
      {
        queries: [{ id: "1", text: "a" }],
        corpus: [{ id: "p", text: "x" }],
        qrels: [{ queryId: "1", passageId: "p" }],
      },
      "test: qrels[0]: score must be a number, received nothing",
    ],
  ])("refuses %s", async (_, data, message) => {
    await expect(lay(data)).rejects.toThrow(DataError);
    await expect(lay(data)).rejects.toThrow(message);
  });
});
