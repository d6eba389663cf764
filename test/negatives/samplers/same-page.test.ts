import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRows } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { samePageCandidates } from "../../../src/negatives/samplers/same-page-candidates.js";
import { sampleSamePageNegatives } from "../../../src/negatives/samplers/same-page-negatives.js";
import { comparableText } from "../../../src/data/split/comparable-text.js";
import { createVectorLookup } from "../../../src/negatives/indexes/text-vectors.js";
import { consecutiveSpans, makeQuestion, makeQuestions } from "../questions.js";

const textsOf = (question: ReturnType<typeof makeQuestion>, options = {}): string[] => [
  ...samePageCandidates([question], options).passages,
];

describe("samePageCandidates", () => {
  it("leaves out what overlaps, contains or stands inside a passage of any annotator", () => {
    const question = makeQuestion(
      "q",
      "p",
      [
        [0, 4],
        [4, 20],
        [5, 10],
        [6, 8],
        [10, 20],
        [9, 12],
        [20, 24],
        [30, 40],
        [32, 34],
      ],
      [2, 2, 2, null, 8], // one annotator of five chose candidate 8
    );
    const { drops } = samePageCandidates([question]);
    expect(textsOf(question)).toEqual([0, 4, 6].map((i) => question.candidates[i].text));
    // The two gold passages, the list around each, the item inside, and the one across the edge.
    expect(drops).toEqual({ "overlaps-gold": 6 });
  });

  it("leaves out what repeats or holds a gold text elsewhere on the page, and repeats among candidates", () => {
    const question = makeQuestion("q", "p", consecutiveSpans(5, 3), [0], {
      texts: {
        0: "The answer to the question.",
        1: "the  ANSWER to the question.",
        2: "See: the answer to the question. Yes",
        3: "other",
        4: "Other",
      },
    });
    expect(textsOf(question)).toEqual(["other"]);
    expect(samePageCandidates([question]).drops).toEqual({
      duplicate: 1,
      "overlaps-gold": 1,
      "repeats-positive": 2,
    });
  });

  it("leaves out nested candidates, short ones, and holders of a short answer when asked", () => {
    const question = makeQuestion(
      "q",
      "p",
      [
        [0, 3],
        [3, 9],
        [4, 6],
        [9, 20],
        [20, 21],
      ],
      [0],
      {
        shortAnswers: ["P-11", ""],
      },
    );
    expect(textsOf(question)).toHaveLength(4);
    expect(textsOf(question, { topLevelOnly: true })).toHaveLength(3);
    expect(textsOf(question, { minLength: 5 })).toHaveLength(3);
    expect(textsOf(question, { excludeAnswers: true })).not.toContain(question.candidates[3].text);
  });

  it("skips questions without an answer, and treats questions equal but for blanks as one", () => {
    const spans = consecutiveSpans(3, 3);
    const { queries, entries, passages } = samePageCandidates([
      makeQuestion("q", "p", spans, [0], { id: "1" }),
      makeQuestion("unanswered", "p", spans, [null]),
      makeQuestion(" q", "p", spans, [1], { id: "2" }),
    ]);
    expect(queries).toHaveLength(1);
    expect(entries[0].positives).toBe(2);
    expect(passages).toEqual(["p-6 p-7 p-8"]); // what one record marks is no negative of the other
  });
});

describe("sampleSamePageNegatives", () => {
  const question = makeQuestion("q", "p", consecutiveSpans(5, 1), [0]);
  const candidates = samePageCandidates([question]);
  const vectors = {
    query: createVectorLookup(["q"], fromRows([[2, 0]])),
    passage: createVectorLookup(
      ["p-1", "p-2", "p-3", "p-4"],
      fromRows([
        [0, 1],
        [5, 5],
        [3, 0],
        [-1, 0],
      ]),
    ),
  };

  it("takes the candidates nearest to the query by cosine, nearest first", () => {
    const { pairs, counts } = sampleSamePageNegatives(candidates, { vectors });
    expect(pairs).toEqual([
      { query: "q", passage: "p-3", label: 0, group: "p", kind: "same-page" },
      { query: "q", passage: "p-2", label: 0, group: "p", kind: "same-page" },
    ]);
    expect(counts).toEqual({ wanted: 2, sampled: 2, drops: { "overlaps-gold": 1 } });
  });

  it("orders equally near candidates by text", () => {
    const same = { query: vectors.query, passage: () => [1, 1] };
    const { pairs } = sampleSamePageNegatives(candidates, { vectors: same, perPositive: 3 });
    expect(pairs.map(({ passage }) => passage)).toEqual(["p-1", "p-2", "p-3"]);
  });

  it("draws at random without vectors, the same for the same seed", () => {
    const of = (seed: number): string[] =>
      sampleSamePageNegatives(candidates, { seed }).pairs.map(({ passage }) => passage);
    expect(of(1)).toEqual(of(1));
    expect(new Set(Array.from({ length: 50 }, (_, seed) => of(seed)).flat()).size).toBe(4);
  });

  it("refuses a vector that is missing, zero, not finite or of another length by the text it belongs to", () => {
    const { query } = vectors;
    expect(() =>
      sampleSamePageNegatives(candidates, { vectors: { query, passage: () => undefined } }),
    ).toThrow('sampleSamePageNegatives: vector of passage "p-1" must be given, received nothing');
    expect(() =>
      sampleSamePageNegatives(candidates, { vectors: { query, passage: () => [0, 0] } }),
    ).toThrow(
      'sampleSamePageNegatives: norm of the vector of passage "p-1" must be a finite number > 0, received 0',
    );
    expect(() =>
      sampleSamePageNegatives(candidates, { vectors: { query, passage: () => [NaN, 0] } }),
    ).toThrow('norm of the vector of passage "p-1" must be a finite number > 0, received NaN');
    expect(() =>
      sampleSamePageNegatives(candidates, { vectors: { query, passage: () => [1, 2, 3] } }),
    ).toThrow('number of values in the vector of passage "p-1" must be 2, received 3');
  });

  it("never emits an overlap with a gold span of any annotator, a gold text or a pair twice, in any order", () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }))
      .map(([start, length]) => [start, start + length] as const);
    const pages = fc.array(
      fc
        .record({
          text: fc.constantFrom("a", "A", "b", "c"),
          title: fc.constantFrom("p", "q"),
          spans: fc.array(span, { minLength: 2, maxLength: 10 }),
          gold: fc.array(fc.option(fc.nat(1)), { minLength: 1, maxLength: 5 }),
        })
        .map(({ text, title, spans, gold }) => ({ text, title, spans, gold })),
      { maxLength: 6 },
    );
    // Asked in two spellings, one with too few annotators for a positive.
    const twice: (readonly [number, number])[] = [
      [5, 8],
      [0, 1],
      [0, 1],
    ];
    const twoSpellings = [
      { text: "a", title: "q", spans: twice, gold: [0, null] },
      { text: "A", title: "q", spans: twice, gold: [1, 1, null] },
    ];
    fc.assert(
      fc.property(pages, fc.integer(), fc.boolean(), (records, seed, random) => {
        const questions = records.map(({ text, title, spans, gold }, i) =>
          makeQuestion(text, title, spans, gold, { id: String(i) }),
        );
        const passage = (text: string): number[] => [1, text.length % 7, text.charCodeAt(2) % 5];
        const options = random ? { seed } : { seed, vectors: { query: () => [1, 2, 3], passage } };
        const run = (input: typeof questions): string[] =>
          sampleSamePageNegatives(samePageCandidates(input), options).pairs.map((pair) =>
            JSON.stringify(pair),
          );
        const lines = run(questions);
        expect(new Set(lines).size).toBe(lines.length);
        expect(run(createRandom(seed).shuffle([...questions])).sort()).toEqual(lines.sort());
        for (const line of lines) {
          const { query, passage: text } = JSON.parse(line) as { query: string; passage: string };
          const own = questions.filter((q) => comparableText(q.text) === comparableText(query));
          // Wherever the text stands, in any record of the question, it shares no token with a gold span.
          const places = own.flatMap(({ candidates, annotations }) =>
            candidates
              .filter((candidate) => candidate.text === text)
              .flatMap((candidate) => annotations.map((a) => [candidate, a.longAnswer] as const)),
          );
          expect(places.length).toBeGreaterThan(0);
          for (const [candidate, gold] of places) {
            expect(
              gold === null ||
                gold.endToken <= candidate.startToken ||
                gold.startToken >= candidate.endToken,
            ).toBe(true);
          }
          const golds = own.flatMap((q) => q.annotations.map((a) => a.longAnswer?.text));
          expect(golds).not.toContain(text);
        }
      }),
      { examples: [[twoSpellings, 0, false]] },
    );
  });

  it("works on a whole set at once", () => {
    const { pairs, counts } = sampleSamePageNegatives(samePageCandidates(makeQuestions()));
    expect(pairs).toHaveLength(20);
    expect(counts.drops).toEqual({ "overlaps-gold": 10 });
  });
});
