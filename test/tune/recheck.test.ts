import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createMemoryStore,
  createRandom,
  fromRows,
  identityAdapter,
  recheck,
  tune,
  type Embedder,
  type KeptProbes,
  type TextPair,
  type TunedDecision,
} from "embedtune";
import { loadProbes, saveDecision } from "embedtune/node";
import { rowOf } from "embedtune/math";
import { intents } from "./corpora.js";

const { queries, passages, pairs } = intents(400, 12);
const vectorOf = (text: string): Float32Array => {
  const row = Number(text.match(/\d+/)![0]);
  return text.startsWith("topic") ? rowOf(passages, row) : rowOf(queries, row);
};
const embedder = createFunctionEmbedder((texts) => texts.map(vectorOf), { id: "test/intents" });
/** The same name, other vectors: what a service does that replaces a model silently. */
const drifted = createFunctionEmbedder(
  (texts) => {
    const random = createRandom("drift");
    return texts.map((text) => vectorOf(text).map((x) => x + 0.3 * random.normal()));
  },
  { id: "test/intents" },
);
const pairsFrom = (from: number, to: number): TextPair[] =>
  Array.from({ length: to - from }, (_, i) => ({
    query: `ask ${pairs.query[from + i]}`,
    passage: `topic ${pairs.passage[from + i]}`,
  }));

let folder: string;
let decision: TunedDecision;
let probes: KeptProbes;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recheck-"));
  decision = await tune(pairsFrom(0, 200), { embedder, candidates: ["rca"], forms: false });
  await saveDecision(folder, decision);
  probes = await loadProbes(join(folder, "probes.safetensors"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("recheck", () => {
  it("says that the gain holds on fresh pairs, in the judge's words, and that the embedder is the same", async () => {
    expect(decision.verdict).toBe("use it");
    const fresh = await recheck(decision.adapter, pairsFrom(200, 400), { embedder, probes });
    expect(fresh.judgement?.verdict).toBe("use it");
    expect(fresh.sentences[0]).toBe(fresh.judgement?.sentence);
    expect(fresh).toMatchObject({ alarm: false, questions: 200, questionsMissing: 0 });
    expect(fresh.drift).toMatchObject({ checked: 12, drifted: false });
    expect(fresh.drift?.lowest).toBeGreaterThan(0.9999);
    expect(structuredClone(fresh)).toEqual(fresh);
  });

  it("says so where the pairs are those that the adapter was fitted on", async () => {
    const again = await recheck(decision.adapter, pairsFrom(0, 200), { embedder });
    expect(again.fittedOnThese).toBe(true);
    expect(again.sentences[0]).toMatch(/^The adapter was fitted on these very questions/);
    // Without probes nobody knows of one pair less; with them, in whatever spelling.
    const most = pairsFrom(0, 199);
    expect((await recheck(decision.adapter, most, { embedder })).fittedOnThese).toBe(false);
    const spelled = most.map(({ query, passage }) => ({
      query: ` ${query.toUpperCase()}`,
      passage,
    }));
    const told = await recheck(decision.adapter, spelled, { embedder, probes });
    expect(told.fittedOnThese).toBe(true);
    expect(told.sentences[0]).toBe(again.sentences[0]);
  });

  it("leaves out the questions that the adapter was fitted on, embeds none of them, and judges the others as if alone", async () => {
    const asked: string[] = [];
    const counting: Embedder = {
      ...embedder,
      embed: (texts, options) => {
        if (options?.side === "query") asked.push(...texts);
        return embedder.embed(texts, options);
      },
    };
    const mixed = await recheck(decision.adapter, pairsFrom(150, 300), {
      ...{ embedder: counting, probes },
    });
    expect(mixed).toMatchObject({ learntQuestions: 50, questions: 100, fittedOnThese: false });
    expect(asked).toHaveLength(100);
    expect(mixed.sentences[0]).toBe(
      "Of 150 questions 50 were left out: the adapter was fitted on them, where any adapter looks good.",
    );
    const alone = await recheck(decision.adapter, pairsFrom(200, 300), { embedder, probes });
    expect(mixed.judgement?.gain).toEqual(alone.judgement?.gain);
    expect(alone).toMatchObject({ learntQuestions: 0, questions: 100 });
    // Probes of another decision know nothing of this adapter.
    const other = { ...probes, trainingData: "another" };
    const kept = await recheck(decision.adapter, pairsFrom(150, 300), { embedder, probes: other });
    expect(kept).toMatchObject({ learntQuestions: 0, questions: 150, refit: null });
  });

  it("keeps groups, grades and labels 0 of the questions that stay", async () => {
    const data = pairsFrom(180, 240).flatMap((pair, i) => [
      { ...pair, grade: 1 + (i % 3), group: `g${i % 25}` },
      { ...pair, passage: "topic 0", label: pair.passage === "topic 0" ? 1 : 0 },
    ]);
    const mixed = await recheck(decision.adapter, data, { embedder, probes, metric: "ndcg@10" });
    const alone = await recheck(decision.adapter, data.slice(40), {
      ...{ embedder, probes, metric: "ndcg@10" },
    });
    expect(mixed.learntQuestions).toBe(20);
    expect(mixed.judgement?.gain).toEqual(alone.judgement?.gain);
  });

  it("says whether enough has been answered since to fit again", async () => {
    const few = await recheck(decision.adapter, pairsFrom(200, 240), { embedder, probes });
    expect(few.refit).toEqual({ learntFrom: 200, since: 40, missing: 60 });
    expect(few.sentences.at(-1)).toBe(
      "40 questions answered since, 200 learnt from: 60 more would be enough to fit again.",
    );
    const many = await recheck(decision.adapter, pairsFrom(200, 300), { embedder, probes });
    expect(many.sentences.at(-1)).toBe(
      "100 questions answered since, 200 learnt from: enough to fit again, with all of them.",
    );
    expect((await recheck(decision.adapter, pairsFrom(200, 300), { embedder })).refit).toBe(null);
  });

  it("names the embedder that was forgotten", async () => {
    await expect(recheck(decision.adapter, pairsFrom(0, 9), undefined as never)).rejects.toThrow(
      "recheck: embedder must be an Embedder",
    );
  });

  it("raises an alarm where the embedder gives other vectors, even behind a cache that does not", async () => {
    const cache = createMemoryStore();
    await recheck(decision.adapter, pairsFrom(200, 400), { embedder, cache });
    const fresh = await recheck(decision.adapter, pairsFrom(200, 400), {
      ...{ embedder: drifted, cache, probes },
    });
    expect(fresh.judgement?.verdict).toBe("use it");
    expect(fresh.drift?.drifted).toBe(true);
    expect(fresh.alarm).toBe(true);
    expect(fresh.sentences.at(-2)).toMatch(
      /^The embedder has changed: the lowest cosine of 12 kept/,
    );
  });

  it("raises an alarm where the vectors have another length", async () => {
    const short: Embedder = createFunctionEmbedder((texts) => texts.map(() => [1, 0]), {
      id: "test/intents",
    });
    const { drift, alarm, judgement } = await recheck(
      identityAdapter(2),
      { corpus: ["topic 1", "topic 2"] },
      { embedder: short, probes },
    );
    expect(drift).toEqual({ checked: 2, lowest: null, mean: null, drifted: true });
    expect([alarm, judgement]).toEqual([true, null]);
  });

  it("raises an alarm where the adapter does harm by now", async () => {
    const random = createRandom("shuffle");
    const weights = fromRows(
      Array.from({ length: 24 }, () => Array.from({ length: 24 }, () => random.normal())),
    );
    const harmful = { ...identityAdapter(24, "test/intents"), query: { center: null, weights } };
    const { judgement, alarm } = await recheck(harmful, pairsFrom(200, 400), { embedder });
    expect(judgement?.verdict).toBe("leave it");
    expect(alarm).toBe(true);
  });

  it("says how many questions are missing where nothing is shown yet, without an alarm", async () => {
    const { judgement, alarm, questionsMissing, sentences } = await recheck(
      decision.adapter,
      pairsFrom(200, 212),
      { embedder },
    );
    expect(judgement?.verdict).toBe("not shown");
    expect(alarm).toBe(false);
    expect(questionsMissing).toBeGreaterThan(0);
    expect(sentences[1]).toBe(
      `About ${questionsMissing} more questions would show a gain of this size.`,
    );
  });

  it("says that nothing was tested without a label, and not checked without a text", async () => {
    const { judgement, sentences, drift, alarm } = await recheck(
      decision.adapter,
      { corpus: ["else 1"] },
      { embedder, probes },
    );
    expect([judgement, alarm]).toEqual([null, false]);
    expect(drift?.checked).toBe(0);
    expect(sentences).toEqual([
      "untested: no fresh pair is labelled 1, so nothing says whether the gain still holds.",
      "The embedder was not checked: none of the kept passages is in the corpus given.",
      "0 questions answered since, 200 learnt from: 100 more would be enough to fit again.",
    ]);
  });

  it("finds the texts that were kept, whatever the corpus", async () => {
    await saveDecision(join(folder, "texts"), decision, { probeTexts: true });
    const kept = await loadProbes(join(folder, "texts", "probes.safetensors"));
    const { drift } = await recheck(
      decision.adapter,
      { corpus: ["else 1"] },
      { embedder, probes: kept },
    );
    expect(drift?.checked).toBe(12);
  });

  it("refuses another embedder, and what are no probes", async () => {
    const other = { ...embedder, id: "test/other" };
    await expect(recheck(decision.adapter, pairsFrom(0, 9), { embedder: other })).rejects.toThrow(
      'recheck: embedder must be the one that the adapter was made for, "test/intents", received "test/other"',
    );
    await expect(
      recheck(identityAdapter(24), pairsFrom(0, 9), { embedder: other, probes }),
    ).rejects.toThrow('the one that the probes were made with, "test/intents"');
    await expect(loadProbes(join(folder, "adapter.safetensors"))).rejects.toThrow(
      "adapter.safetensors must be probes, as saveDecision writes them",
    );
    await writeFile(join(folder, "short"), "x");
    await expect(loadProbes(join(folder, "short"))).rejects.toThrow("short");
  });
});
