import { describe, expect, it, vi } from "vitest";
import {
  createFunctionEmbedder,
  createHashingEmbedder,
  createMemoryStore,
  createRandom,
  estimateTuning,
  fitAdapter,
  judgeAdapter,
  labelTexts,
  layOutTexts,
  tune,
  type Embedder,
  type TextPair,
} from "embedtune";
import { renderReport } from "embedtune/report";
import { tunedLines } from "../../../src/cli/tuning/tuned-lines.js";
import { decisionFigures } from "../../../src/tune/files/decision-figures.js";
import { recordOf } from "../../../src/tune/files/decision-record.js";
import { judgedQuestions } from "../../../src/tune/claims/judged-questions.js";
import { prepareLabelledCorpus } from "../../../src/tune/claims/labelled-corpus.js";

const words =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi".split(" ");

/** Topics whose questions and passages share a few words among many. */
function topicPairs(count: number, seed = 1): TextPair[] {
  const random = createRandom(`tune/${seed}`);
  const some = (n: number): string =>
    Array.from({ length: n }, () => words[random.integer(words.length)]).join(" ");
  return Array.from({ length: count }, (_, i) => ({
    query: `${some(3)} topic${i % 12} ask${i}`,
    passage: `about topic${i % 12} ${words[i % 12]} answer`,
  }));
}

const embedder = createHashingEmbedder({ dimensions: 64 });
const quick = { candidates: ["rca"], forms: false } as const;

describe("tune", () => {
  it("takes a question that stands in the corpus under its own id for no hit of its own, unless it is labelled", async () => {
    const text = (i: number): string => `${words[i % 16]} ask${i} ${words[(i * 7) % 16]}`;
    const all = Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, text: text(i) }));
    const queries = all.slice(0, 20);
    const qrels = queries.map(({ id }, i) => ({ queryId: id, passageId: `${i + 20}`, score: 1 }));
    const ownOf = async (extra: typeof qrels, corpus = all): Promise<number[]> => {
      const tables = await layOutTexts({ queries, corpus, qrels: [...qrels, ...extra] }, "test");
      const vectors = {
        queries: await embedder.embed(tables.queries),
        passages: await embedder.embed(tables.passages),
      };
      return Array.from(labelTexts(tables, vectors).data.ownPassage!);
    };
    expect(await ownOf([])).toEqual([...queries.keys()]);
    // Numbers from 1 on both sides say nothing: the texts must agree, too.
    const renumbered = all.map(({ id }, i) => ({ id, text: text(99 - i) }));
    expect(new Set(await ownOf([], renumbered))).toEqual(new Set([-1]));

    const first = { queryId: "0", passageId: "0", score: 1 };
    for (const [extra, expected] of [
      [[], false],
      [[first], true],
    ] as const) {
      const tables = await layOutTexts(
        { queries, corpus: all, qrels: [...qrels, ...extra] },
        "test",
      );
      const vectors = {
        queries: await embedder.embed(tables.queries),
        passages: await embedder.embed(tables.passages),
      };
      const corpus = prepareLabelledCorpus(labelTexts(tables, vectors).data, "test");
      const [asked] = judgedQuestions(corpus, Uint32Array.of(0), null, 1);
      expect(asked.relevant.includes(0)).toBe(expected);
      expect(asked.itself).toBe(expected ? -1 : 0);
    }
  });

  it("counts the questions that stand in the corpus themselves, and prints how many took no rank there", async () => {
    const text = (i: number): string => `${words[i % 16]} ask${i} ${words[(i * 7) % 16]}`;
    const corpus = Array.from({ length: 60 }, (_, i) => ({ id: `${i}`, text: text(i) }));
    const queries = corpus.slice(0, 24);
    const qrels = queries.map(({ id }, i) => ({ queryId: id, passageId: `${i + 24}`, score: 1 }));
    // One of them is labelled for itself, and so has found something.
    qrels.push({ queryId: "0", passageId: "0", score: 1 });
    const decision = await tune({ queries, corpus, qrels }, { embedder, ...quick });
    expect(decision.corpus).toEqual({ rows: 60, judged: 60, ownPassages: 23 });
    const line = "23 judged questions stand in the corpus themselves, and took no rank there";
    expect(tunedLines(decision, [])).toContain(line);
    expect(recordOf(decision, true).corpus.ownPassages).toBe(23);
    expect(decisionFigures(decision)).toMatchObject({ corpus: { ownPassages: 23 } });
    const page = await renderReport(decision, { projections: [] });
    expect(page).toMatch(/stand in the corpus themselves, without a rank there<\/dt>\s*<dd>23</);
    const judgement = await judgeAdapter(
      decision.adapter,
      labelTexts(decision.texts, decision.vectors).data,
    );
    expect(judgement.ownPassages).toBe(23);

    const elsewhere = await tune(
      {
        queries: queries.map((query) => ({ ...query, id: `q${query.id}` })),
        corpus,
        qrels: qrels.map((label) => ({ ...label, queryId: `q${label.queryId}` })),
      },
      { embedder, ...quick },
    );
    expect(elsewhere.corpus).toEqual({ rows: 60, judged: 60 });
    expect(tunedLines(elsewhere, []).join("\n")).not.toContain("themselves");
  });

  it("is what its parts make", async () => {
    const pairs = topicPairs(60);
    const decision = await tune(pairs, { embedder, ...quick });
    const tables = await layOutTexts(pairs, "test");
    const vectors = {
      queries: await embedder.embed(tables.queries, { side: "query" }),
      passages: await embedder.embed(tables.passages, { side: "passage" }),
    };
    const { data } = labelTexts(tables, vectors);
    const alone = await fitAdapter(data, { ...quick, embedder: embedder.id });
    expect(decision).toMatchObject({ verdict: alone.verdict, sentence: alone.sentence });
    expect(decision.best).toEqual(alone.best);
    expect(decision.texts).toEqual(tables);
    expect(decision.embedding).toEqual({
      ...{ embedder: embedder.id, dimensions: 64, prefixes: null, tokenLimit: null },
      cut: { queries: 0, passages: 0 },
      estimate: { texts: 72, toEmbed: 72, tokens: null, cost: null, requests: null, minutes: null },
    });
    expect(structuredClone(decision)).toEqual(decision);
  });

  it("takes labelled questions against a corpus, and a corpus alone", async () => {
    const pairs = topicPairs(40);
    const passages = [...new Set(pairs.map(({ passage }) => passage)), "a distractor"];
    const corpus = passages.map((text, i) => ({ id: `p${i}`, text }));
    const judged = await tune(
      {
        queries: pairs.map(({ query }, i) => ({ id: `q${i}`, text: query })),
        corpus,
        qrels: pairs.map(({ passage }, i) => ({
          ...{ queryId: `q${i}`, passageId: `p${passages.indexOf(passage)}`, score: 1 },
        })),
      },
      { embedder, ...quick },
    );
    expect(judged.corpus.rows).toBe(13);
    expect(judged.labels.questions).toBe(40);
    const alone = await tune({ corpus }, { embedder });
    expect(alone.verdict).toBe("untested");
    expect(alone.adapter.metadata.method).toBe("identity");
    expect(alone.vectors.queries).toMatchObject({ rows: 0, cols: 64 });
  });

  it("gives the verdict untested where every label is 0", async () => {
    const pairs = topicPairs(20).map((pair) => ({ ...pair, label: 0 }));
    expect((await tune(pairs, { embedder })).verdict).toBe("untested");
  });

  it("never divides near-duplicates between learning and judging", async () => {
    const question = "how do i change the address that is printed on the invoice of topic";
    const pairs = topicPairs(30).flatMap(({ passage }, i) => [
      { query: `${question} number ${i} in the list of all of them that we have got`, passage },
      { query: `${question} number ${i} in the list of all of them that we have GOT`, passage },
    ]);
    const decision = await tune(pairs, { embedder, ...quick });
    expect(decision.nearDuplicates.queries).toBe(60);
    expect(decision.labels.groups).toBeLessThanOrEqual(30);
  });

  it("takes vectors made beforehand, in any form, in the order of the data", async () => {
    const pairs = topicPairs(40);
    const reference = await tune(pairs, { embedder, ...quick });
    const [queries, corpus] = [
      await embedder.embed(pairs.map(({ query }) => query)),
      await embedder.embed(pairs.map(({ passage }) => passage)),
    ];
    const rows = (m: typeof queries): number[][] =>
      Array.from({ length: m.rows }, (_, i) => [...m.data.subarray(i * m.cols, (i + 1) * m.cols)]);
    const own = { embedder: embedder.id };
    for (const vectors of [
      { queries, corpus, ...own },
      { queries: rows(queries), corpus: rows(corpus).map((r) => Float32Array.from(r)), ...own },
    ]) {
      const decision = await tune(pairs, { vectors, ...quick });
      expect(decision.best).toEqual(reference.best);
      expect(decision.embedding.estimate).toBeNull();
    }
    await expect(
      tune(pairs, { vectors: { queries: rows(queries).slice(1), corpus } }),
    ).rejects.toThrow(
      "tune: vectors.queries must be 40 vectors, one per item of the data, received 39",
    );
    await expect(
      tune(
        { pairs, corpus: ["another"] },
        { vectors: { queries, corpus: rows(corpus).slice(0, 1) } },
      ),
    ).rejects.toThrow('the corpus lacks "about topic0 alpha answer"');
  });

  it("asks a cache first, and for nothing twice", async () => {
    const embed = vi.fn((texts: readonly string[]) =>
      texts.map((text) => [text.length, 1, text.charCodeAt(0)]),
    );
    const counted = createFunctionEmbedder(embed, { id: "counted" });
    const cache = createMemoryStore();
    const pairs = topicPairs(30);
    const first = await tune(pairs, { embedder: counted, cache, ...quick });
    const calls = embed.mock.calls.length;
    const again = await tune(pairs, { embedder: counted, cache, ...quick });
    expect(embed).toHaveBeenCalledTimes(calls);
    expect(first.embedding.estimate?.toEmbed).toBe(42);
    expect(again.embedding.estimate).toMatchObject({
      texts: 42,
      toEmbed: 0,
      cost: { low: 0, high: 0 },
    });
    expect(again.best).toEqual(first.best);
  });

  it("puts the prefixes that a known model was trained with, and says so", async () => {
    const seen: string[] = [];
    const make = (id: string): Embedder =>
      createFunctionEmbedder(
        (texts) => {
          seen.push(...texts);
          return texts.map((text) => [text.length, 1, text.charCodeAt(2)]);
        },
        { id },
      );
    const pairs = topicPairs(24);
    const decision = await tune(pairs, { embedder: make("local/intfloat/e5-small-v2"), ...quick });
    expect(seen).toContain(`query: ${pairs[0].query}`);
    expect(seen).toContain(`passage: ${pairs[0].passage}`);
    expect(decision.embedding.prefixes).toEqual({ query: "query: ", passage: "passage: " });
    expect(decision.adapter.metadata.embedder).toBe(
      "local/intfloat/e5-small-v2?query=query%3A%20&passage=passage%3A%20",
    );
    expect(decision.embedding.tokenLimit).toBe(512);
    seen.length = 0;
    await tune(pairs, { embedder: make("local/e5-small"), prefixes: "none", ...quick });
    expect(seen).toContain(pairs[0].query);
    await tune(pairs, { embedder: make("own"), prefixes: { query: "q " }, ...quick });
    expect(seen).toContain(`q ${pairs[0].query}`);
  });

  it("counts texts that the model surely cuts", async () => {
    const pairs = [...topicPairs(24), { query: "long", passage: "word ".repeat(300) }];
    const decision = await tune(pairs, { embedder, tokenLimit: 256, ...quick });
    expect(decision.embedding.cut).toEqual({ queries: 0, passages: 1 });
  });

  it("spends nothing beyond what is allowed, or against a no", async () => {
    const embed = vi.fn();
    const priced: Embedder = {
      ...{ id: "priced", dimensions: 4, embed },
      estimate: (texts) =>
        Promise.resolve({
          ...{
            texts: texts.length,
            toEmbed: texts.length,
            tokens: null,
            requests: 1,
            minutes: null,
          },
          cost: { low: 0.5, high: 1 },
        }),
    };
    const pairs = topicPairs(5);
    await expect(tune(pairs, { embedder: priced, maxCost: 1.5 })).rejects.toThrow(
      "tune: maxCost must be at least $2.00 to embed 10 texts, received $1.50; nothing was sent",
    );
    await expect(tune(pairs, { embedder: priced, approve: () => false })).rejects.toThrow(
      "tune: the estimate was not approved; nothing was sent",
    );
    const unpriced: Embedder = {
      ...priced,
      estimate: async (texts) => ({ ...(await priced.estimate!(texts)), cost: null }),
    };
    await expect(tune(pairs, { embedder: unpriced, maxCost: 1 })).rejects.toThrow(
      "tune: maxCost cannot be kept, as nobody knows what the 10 texts would cost",
    );
    const asked = vi.fn(() => false);
    await expect(tune(pairs, { embedder: priced, approve: asked })).rejects.toThrow();
    expect(asked).toHaveBeenCalledWith(expect.objectContaining({ cost: { low: 1, high: 2 } }));
    expect(await estimateTuning(pairs, { embedder: priced })).toMatchObject({ toEmbed: 10 });
    expect(embed).not.toHaveBeenCalled();
  });

  it("reports what it is at, and stops when asked to", async () => {
    const stages = new Set<string>();
    await tune(topicPairs(40), {
      embedder,
      ...quick,
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect([...stages].slice(0, 2)).toEqual(["embed passages", "embed questions"]);
    expect(stages.size).toBeGreaterThan(2);
    const controller = new AbortController();
    controller.abort(new Error("stopped"));
    await expect(tune(topicPairs(40), { embedder, signal: controller.signal })).rejects.toThrow(
      "stopped",
    );
  });

  it.each([
    ["no options", undefined, "tune: embedder must be given"],
    ["no embedder", {}, "tune: embedder must be given (e.g. createHashingEmbedder()"],
    [
      "a name for an embedder",
      { embedder: "openai" },
      'tune: embedder must be an Embedder, as createFunctionEmbedder makes one of a function, received "openai"',
    ],
    [
      "both",
      { embedder, vectors: {} },
      "tune: one of embedder and vectors must be left out, received both",
    ],
    [
      "a price below 0",
      { embedder, maxCost: -1 },
      "tune: maxCost must be a number of US dollars >= 0, received -1",
    ],
    [
      "other prefixes",
      { embedder, prefixes: "e5" },
      'tune: prefixes must be "auto", "none" or { query, passage }, received "e5"',
    ],
    ["no token limit", { embedder, tokenLimit: 0 }, "tune: tokenLimit must be a number >= 1"],
    [
      "another side",
      { embedder, side: "left" },
      'fitAdapter: side must be "both" or "query", received "left"',
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(tune(topicPairs(5), options as never)).rejects.toThrow(message);
  });

  it("refuses a method that needs pairs labelled 0 before anything is sent", async () => {
    const embed = vi.fn();
    const pairs = topicPairs(5);
    const options = { embedder: { ...embedder, embed }, candidates: ["discriminative"] } as const;
    await expect(tune(pairs, options)).rejects.toThrow(
      'tune: candidates[0] must be a method that needs no pair labelled 0, for there is none, received "discriminative"',
    );
    expect(embed).not.toHaveBeenCalled();
  });

  it("names the embedder that was forgotten when the price is asked", async () => {
    await expect(estimateTuning(topicPairs(5), undefined as never)).rejects.toThrow(
      "estimateTuning: embedder must be given",
    );
  });
});
