import { describe, expect, it } from "vitest";
import { applyAdapter, decodeAdapter, encodeAdapter, type Matrix } from "embedtune";
import { fitBridge, judgeBridge } from "embedtune/fit";
import { normalizeRows, topK } from "embedtune/math";
import { gatherRows } from "../../../src/math/matrix.js";
import { normalMatrix, twoModels } from "../../support/two-models.js";

const rows = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe("a bridge from a new model into an old index", () => {
  it.each([
    [48, 24],
    [24, 48],
    [32, 32],
    [12, 8],
  ])("lets new vectors of %i dimensions find themselves among old ones of %i", async (d, k) => {
    const data = twoModels(260, d, k);
    const [known, others] = [rows(0, 200), rows(200, 260)];
    const bridge = await fitBridge(gatherRows(data.old, known), gatherRows(data.new, known), {
      ...{ newEmbedder: "test/new", oldEmbedder: "test/old", folds: 3 },
    });
    const { adapter } = bridge;
    expect([adapter.inputDimensions, adapter.outputDimensions]).toEqual([d, k]);
    expect(adapter.metadata).toMatchObject({ embedder: "test/new", target: "test/old" });
    expect(decodeAdapter(encodeAdapter(adapter)).metadata).toEqual(adapter.metadata);
    const mapped = applyAdapter(adapter, gatherRows(data.new, others), { side: "query" });
    const { indices } = topK(mapped, gatherRows(data.old, others), 1);
    const found = [...indices].filter((row, i) => row === i).length;
    expect(found).toBeGreaterThan(k < 12 ? 20 : 50);
    expect(bridge.candidates[0]).toMatchObject(bridge.chosen);
    expect(Math.max(...bridge.candidates.map((c) => c.ownTextMrr))).toBe(bridge.ownTextMrr.value);
    const { value, interval, askers, among } = bridge.agreementAt10;
    expect(interval[0] <= value && value <= interval[1]).toBe(true);
    expect([askers, among]).toEqual(["texts", 67]);
    expect(bridge.curve.map(({ texts }) => texts)).toEqual([17, 33, 67, 133]);
    expect(bridge.curve.at(-1)!.agreementAt10).toBeCloseTo(value, 10);
  });

  it("places new texts where the old model places them, its mean with them", async () => {
    const data = twoModels(200, 40, 40, 0);
    const { adapter } = await fitBridge(data.old, data.new, { folds: 3, methods: ["ridge"] });
    const mapped = applyAdapter(adapter, data.new, { side: "passage" });
    const cosines = rows(0, 200).map((i) =>
      mapped.data
        .subarray(i * 40, (i + 1) * 40)
        .reduce((sum, value, j) => sum + value * data.old.data[i * 40 + j], 0),
    );
    expect(Math.min(...cosines)).toBeGreaterThan(0.9);
  });

  it("finds no agreement where the models have nothing in common", async () => {
    const { agreementAt10, ownTextMrr, adapter, sentence } = await fitBridge(
      normalMatrix(150, 20, "one"),
      normalMatrix(150, 20, "another"),
      { folds: 3 },
    );
    expect(agreementAt10.chance).toBeCloseTo(10 / 49, 10);
    expect(sentence).toContain("by chance 0.20");
    expect(agreementAt10.value).toBeLessThan(0.3);
    expect(ownTextMrr.value).toBeLessThan(0.15);
    expect(adapter.query.weights!.data.every(Number.isFinite)).toBe(true);
  });

  it("keeps a text that stands twice on one side of a fold", async () => {
    // Each text four times: maps fitted on its copies would find it, though nothing can be learnt.
    const copies = rows(0, 240).map((i) => i % 60);
    const [old, fresh] = [normalMatrix(60, 50, "one"), normalMatrix(60, 50, "another")];
    const bridge = await fitBridge(gatherRows(old, copies), gatherRows(fresh, copies), {
      folds: 3,
    });
    expect(bridge.texts).toBe(60);
    expect(bridge.ownTextMrr.value).toBeLessThan(0.15);
  });

  it("centres questions on their own mean, whether or not the old model embedded them", async () => {
    const data = twoModels(260, 40, 40);
    const known = rows(0, 200);
    const shift = (matrix: Matrix, by: number): Matrix => ({
      ...matrix,
      data: matrix.data.map((value, i) => value + (i % 7) * by),
    });
    const log = {
      new: normalizeRows(shift(gatherRows(data.new, rows(200, 260)), 0.1)),
      old: normalizeRows(shift(gatherRows(data.old, rows(200, 260)), 0.05)),
    };
    const passages = [gatherRows(data.old, known), gatherRows(data.new, known)] as const;
    for (const queries of [{ new: log.new }, log]) {
      const bridge = await fitBridge(...passages, { queries, folds: 3 });
      expect(bridge.agreementAt10.askers).toBe("queries");
      expect(bridge.texts).toBe("old" in queries ? 260 : 200);
      const mapped = applyAdapter(bridge.adapter, log.new, { side: "query", normalize: false });
      const mean = Array.from({ length: 40 }, (_, j) =>
        rows(0, 60).reduce((sum, i) => sum + mapped.data[i * 40 + j] / 60, 0),
      );
      expect(Math.hypot(...mean)).toBeLessThan(1e-4);
    }
  });

  it("gives the same bits for the same seed and stops when asked", async () => {
    const data = twoModels(120, 12, 8);
    const one = await fitBridge(data.old, data.new, { folds: 2, seed: 3 });
    expect(await fitBridge(data.old, data.new, { folds: 2, seed: 3 })).toEqual(one);
    const seen: number[] = [];
    const stop = new AbortController();
    const job = fitBridge(data.old, data.new, {
      signal: stop.signal,
      onProgress({ done }) {
        seen.push(done);
        if (done === 4) stop.abort(new Error("enough"));
      },
    });
    await expect(job).rejects.toThrow("enough");
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  const data = twoModels(120, 12, 8);
  const withRow = (matrix: Matrix, value: number): Matrix => ({
    ...matrix,
    data: matrix.data.map((old, i) => (i >= 12 && i < 24 ? value : old)),
  });
  it.each([
    [
      "fitBridge: newVectors: row 1, column 0 must be a finite number",
      data.old,
      withRow(data.new, NaN),
      {},
    ],
    ["fitBridge: newVectors: row 1 must have a direction", data.old, withRow(data.new, 0), {}],
    [
      "fitBridge: newVectors must be a row for each of the 120 of fitBridge: oldVectors, received 119",
      ...[data.old, gatherRows(data.new, rows(0, 119)), {}],
    ],
    [
      "fitBridge: oldVectors and newVectors must hold 55 texts or more that differ in both, 11 for each of 5 folds, received 54",
      ...[gatherRows(data.old, rows(0, 54)), gatherRows(data.new, rows(0, 54)), {}],
    ],
    [
      "fitBridge: newVectors must be of 2 dimensions or more",
      data.old,
      normalMatrix(120, 1, "flat"),
      {},
    ],
    ["fitBridge: methods must be one or more", data.old, data.new, { methods: [] }],
    ["fitBridge: folds must be an integer >= 2", data.old, data.new, { folds: 1 }],
    [
      "fitBridge: queries.new must be of the 12 dimensions of newVectors, received 8",
      ...[data.old, data.new, { queries: { new: data.old } }],
    ],
    [
      "fitBridge: queries.new must be a row for each of the 120 of fitBridge: queries.old, received 3",
      ...[data.old, data.new, { queries: { new: gatherRows(data.new, [0, 1, 2]), old: data.old } }],
    ],
    [
      "fitBridge: queries.new must hold 5 different questions or more",
      ...[data.old, data.new, { queries: { new: gatherRows(data.new, [0, 0, 1, 2, 3]) } }],
    ],
  ] as const)("refuses: %s", async (message, old, fresh, options) => {
    await expect(fitBridge(old, fresh, options)).rejects.toThrow(message);
  });
});

describe("a bridge on labelled questions", () => {
  const data = twoModels(200, 24, 16);
  const label = new Uint8Array(200).fill(1);
  const each = Uint32Array.from(rows(0, 200));
  const pairs = { query: each, passage: each, label };

  it("stands beside what either model reaches, and beside passages it was not fitted on", async () => {
    const fittedOn = gatherRows(data.old, rows(0, 120));
    const { adapter } = await fitBridge(fittedOn, gatherRows(data.new, rows(0, 120)), { folds: 3 });
    const judged = await judgeBridge(
      adapter,
      {
        ...{ queries: data.new, passages: data.old, pairs },
        ...{ oldQueries: data.old, newPassages: data.new },
      },
      { fittedOn },
    );
    expect(judged.oldModel!["recall@1"].value).toBe(1);
    expect(judged.newModel!.mrr.value).toBe(1);
    expect(judged.bridge.questions).toBe(200);
    expect(judged.unseen!.questions).toBe(80);
    expect(judged.bridge["recall@1"].value).toBeGreaterThan(0.5);
    const { value, interval } = judged.bridge.mrr;
    expect(interval[0] < value && value < interval[1]).toBe(true);
    const alone = await judgeBridge(adapter, { queries: data.new, passages: data.old, pairs });
    expect(alone).toEqual({ ...judged, unseen: null, oldModel: null, newModel: null });
  });

  it("is refused with vectors of other models", async () => {
    const { adapter } = await fitBridge(data.old, data.new, { folds: 3 });
    await expect(
      judgeBridge(adapter, { queries: data.old, passages: data.old, pairs }),
    ).rejects.toThrow("judgeBridge: queries must be of the 24 dimensions that the adapter takes");
    await expect(
      judgeBridge(adapter, { queries: data.new, passages: data.new, pairs }),
    ).rejects.toThrow("judgeBridge: passages must be of the 16 dimensions that the adapter gives");
  });
});
