import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createVectorIndex,
  decodeAdapter,
  encodeAdapter,
  evaluateRetrieval,
  fitAdapter,
  fitRca,
  judgeAdapter,
  mineHardNegatives,
  type Decision,
  type LabelledVectors,
} from "embedtune";
import { withEngine } from "embedtune/math";
import { createOnnxEngine } from "embedtune/onnx";
import { intents } from "./corpora.js";

const runtime: string = "onnxruntime-node";
const hasRuntime = await import(runtime).then(
  () => true,
  () => false,
);
const id = /^onnxruntime-node@\d+\.\d+\.\d+\/cpu$/;

/** Labels that say nothing. */
function inReverse(data: LabelledVectors): LabelledVectors {
  return { ...data, pairs: { ...data.pairs, passage: data.pairs.passage.toReversed() } };
}

describe.skipIf(!hasRuntime)("on onnxruntime-node", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const shape = { d: 96, noise: 2 };
  const learnable = intents(400, 40, shape);

  it.each<[string, LabelledVectors, Decision["verdict"]]>([
    ["where there is something to learn", learnable, "use it"],
    ["where labels say nothing", inReverse(intents(300, 40, { ...shape, seed: 2 })), "not shown"],
  ])("the verdict is the kernel's %s", async (_, data, verdict) => {
    const options = { candidates: ["rca", "ridge", "info-nce"], folds: 3, forms: false } as const;
    const ours = await fitAdapter(data, options);
    const theirs = await fitAdapter(data, { ...options, engine: "onnx" });
    expect(ours.verdict).toBe(verdict);
    expect(theirs.verdict).toBe(verdict);
    expect(theirs.best.method).toBe(ours.best.method);
    expect(theirs.best.expected!.gain).toBeCloseTo(ours.best.expected!.gain, 2);
    expect(ours.engine).toBeUndefined();
    expect(ours.adapter.metadata.engine).toBeUndefined();
    expect(theirs.engine).toMatch(id);
    const { metadata } = decodeAdapter(encodeAdapter(theirs.best.adapter));
    expect(metadata.engine).toBe(theirs.engine);
  });

  it("a closed form differs in the last bits alone, and says so", async () => {
    const engine = await createOnnxEngine();
    const ours = fitRca(learnable);
    const theirs = withEngine(engine, () => fitRca(learnable));
    await engine.close();
    expect(theirs.metadata.engine).toBe(engine.id);
    const [x, y] = [ours, theirs].map(({ query }) => query.weights!.data);
    const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let i = 0; i < x.length; i++) expect(Math.abs(x[i] - y[i]) / largest).toBeLessThan(1e-4);
  });

  it("ranks, figures and what is mined are the kernel's to the bit: near ties are decided in 64 bits", async () => {
    const { queries, passages, pairs } = intents(700, 600, { d: 48 });
    const relevant = Array.from(pairs.passage, (passage) => [passage]);
    const ours = await evaluateRetrieval(queries, passages, relevant);
    vi.stubEnv("EMBEDTUNE_ENGINE", "onnx");
    expect(await evaluateRetrieval(queries, passages, relevant)).toEqual(ours);
    const texts = {
      queries: Array.from(pairs.passage, (_, i) => `question ${i}`),
      passages: Array.from({ length: passages.rows }, (_, i) => `passage ${i}`),
    };
    const labelled = texts.queries.map((query, i) => {
      const passage = texts.passages[pairs.passage[i]];
      return { query, passage, label: 1, group: query, kind: "gold" } as const;
    });
    const index = createVectorIndex(texts, { queries, passages });
    const mined = await mineHardNegatives(labelled, index);
    expect(await mineHardNegatives(labelled, index, { engine: "kernel" })).toEqual(mined);
  });

  it("judges an adapter with the kernel's word", async () => {
    const fresh = intents(300, 40, shape);
    const adapter = fitRca(learnable);
    const ours = await judgeAdapter(adapter, fresh);
    const theirs = await judgeAdapter(adapter, fresh, { engine: "onnx" });
    expect(theirs.verdict).toBe(ours.verdict);
    expect(theirs.gain.gain).toBeCloseTo(ours.gain.gain, 3);
    expect(theirs.engine).toMatch(id);
  });
});

describe.skipIf(hasRuntime)("without onnxruntime-node", () => {
  it("asking for it names the package to install, before anything is done", async () => {
    await expect(fitAdapter(intents(40, 5), { engine: "onnx" })).rejects.toThrow(
      "onnxruntime-node must be installed (npm install onnxruntime-node@1)",
    );
  });
});
