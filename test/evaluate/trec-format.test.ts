import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateRetrieval, createRandom } from "embedtune";
import { createMatrix } from "embedtune/math";
import {
  evaluateRun,
  formatQrels,
  formatRun,
  parseQrels,
  parseRun,
  retrieve,
  toRun,
} from "embedtune/evaluate";
import { compareIds } from "../../src/evaluate/retrieval/trec-format.js";

const id = fc.stringMatching(/^[A-Za-z0-9éﬁ😀_.-]{1,8}$/u);

describe("TREC files", () => {
  it("carry a run there and back exactly", () => {
    const passages = fc.uniqueArray(
      fc.record({ id, score: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      { selector: (p) => p.id, minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(id, passages), { selector: ([q]) => q }), (lists) => {
        const read = parseRun(formatRun(new Map(lists)));
        expect([...read.keys()]).toEqual(lists.map(([query]) => query));
        for (const [query, list] of lists) {
          const scores = new Map(list.map((p) => [p.id, p.score === 0 ? 0 : p.score]));
          expect(new Map(read.get(query)!.map((p) => [p.id, p.score]))).toEqual(scores);
        }
      }),
    );
  });

  it("carry judgements there and back exactly", () => {
    const qrels = new Map([
      [
        "q1",
        new Map([
          ["d1", 2],
          ["d2", -1],
        ]),
      ],
      ["q2", new Map([["d1", 0]])],
    ]);
    expect(parseQrels(formatQrels(qrels))).toEqual(qrels);
  });

  it("read BEIR's columns with their header, and Windows line ends", () => {
    const beir = parseQrels("query-id\tcorpus-id\tscore\r\nq1\td7\t1\r\n");
    expect(beir).toEqual(new Map([["q1", new Map([["d7", 1]])]]));
  });

  it.each([
    [
      "a field too few",
      () => parseRun("q Q0 d 1 0.5", "a.run"),
      'a.run:1: line must be "query Q0 passage rank score tag", received 5 fields',
    ],
    [
      "a score that is no number",
      () => parseRun("q Q0 d 1 high x", "a.run"),
      'a.run:1: score must be a finite number, received "high"',
    ],
    [
      "a passage listed twice",
      () => parseRun("q Q0 d 1 2 x\n\nq Q0 d 2 1 x", "a.run"),
      'a.run:3: passages must be listed once per query, received "d" twice for "q", with 2 and 1',
    ],
    [
      "a grade that is no whole number",
      () => parseQrels("q 0 d 0.5", "b"),
      'b:1: grade must be an integer, received "0.5"',
    ],
    [
      "a passage judged twice",
      () => parseQrels("q 0 d 1\nq 0 d 0", "b"),
      'b:2: passages must be listed once per query, received "d" twice for "q", with 1 and 0',
    ],
    [
      "an id with white space",
      () => formatRun(new Map([["q 1", [{ id: "d", score: 1 }]]])),
      'formatRun: query id must be neither empty nor hold white space in a TREC file, received "q 1"',
    ],
  ])("refuse %s, naming the place", (_, read, message) => {
    expect(read).toThrow(message);
  });

  it("order ids as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe("evaluateRun", () => {
  it("agrees with evaluateRetrieval on the same vectors", async () => {
    const random = createRandom("both");
    const matrix = (rows: number) =>
      createMatrix(
        rows,
        8,
        Float32Array.from({ length: rows * 8 }, () => random.normal()),
      );
    const [queries, corpus] = [matrix(25), matrix(80)];
    const relevant = Array.from({ length: 25 }, (_, i) => [i, i + 25, i + 50]);
    const grades = relevant.map(() => [3, 1, 2]);
    const direct = await evaluateRetrieval(queries, corpus, relevant, { ks: [1, 5, 20], grades });
    const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `x${i}`);
    const run = toRun(retrieve(queries, corpus, 80), names(25), names(80));
    const qrels = new Map(
      relevant.map((list, i) => [`x${i}`, new Map(list.map((p, j) => [`x${p}`, grades[i][j]]))]),
    );
    const throughRun = evaluateRun(run, qrels, { ks: [1, 5, 20] });
    expect(throughRun.perQuery).toEqual(direct.perQuery);
    expect(throughRun.metrics).toEqual(direct.metrics);
    // The exponential gain weighs the same order differently.
    const exponential = evaluateRun(run, qrels, { ks: [1, 5, 20], gain: "exponential" });
    expect(exponential.metrics.ndcg).not.toBe(direct.metrics.ndcg);
    expect(exponential.metrics.mrr).toBe(direct.metrics.mrr);
  });

  it("says how many of the first k anybody judged", () => {
    const run = parseRun("q Q0 a 1 3 x\nq Q0 b 1 2 x\nq Q0 c 1 1 x\nr Q0 a 1 1 x");
    const result = evaluateRun(run, parseQrels("q 0 a 0\nq 0 c 1\nother 0 a 1"), { ks: [1, 2] });
    expect(result.judged).toEqual({ "judged@1": 1, "judged@2": 0.5 });
    expect(result).toMatchObject({ n: 1, withoutJudgements: 1, missing: 1 });
  });

  it("refuses a run and judgements that share no query", () => {
    const run = parseRun("q Q0 a 1 3 x");
    expect(() => evaluateRun(run, parseQrels("r 0 a 1"))).toThrow(
      "evaluateRun: run and qrels must share a query, received 1 and 1",
    );
    expect(() => evaluateRun(run, parseQrels(""))).toThrow("received 1 and 0");
    expect(() => evaluateRun(run, parseQrels("q 0 a 1"), { ks: [1.5] })).toThrow(
      "evaluateRun: ks[0] must be an integer >= 1, received 1.5",
    );
  });
});
