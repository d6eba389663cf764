import { describe, expect, it } from "vitest";
import { applyAdapter, chooseRca, createRandom, fitRca, type ChooseRcaOptions } from "embedtune";
import { createMatrix } from "embedtune/math";
import { topics } from "./topics.js";

describe("chooseRca", () => {
  it("fits at the point it chose", async () => {
    const data = topics(120, 12, { nuisance: 5 });
    const { adapter, chosen } = await chooseRca(data, { embedder: "test/topics" });
    const { lambda, power, blend } = chosen;
    const fitted = fitRca(data, { lambda: lambda!, power: power!, blend: blend! });
    expect([adapter.query, adapter.passage]).toEqual([fitted.query, fitted.passage]);
    expect(adapter.metadata).toMatchObject({ embedder: "test/topics", method: "rca" });
    expect(adapter.metadata.metrics).toEqual(chosen.metrics);
  });

  it("gives the same bits for the same seed", async () => {
    const data = topics(60, 8);
    expect(await chooseRca(data, { seed: 3 })).toEqual(await chooseRca(data, { seed: 3 }));
  });

  it("tries the untouched embedding first and the whole grid after it", async () => {
    const { candidates, chosen } = await chooseRca(topics(40, 6), {
      lambdas: [0.1, 1],
      powers: [0.5],
    });
    expect(candidates.map(({ lambda, power }) => [lambda, power])).toEqual([
      [null, null],
      [0.1, 0.5],
      [1, 0.5],
    ]);
    expect(candidates).toContain(chosen);
  });

  it("leaves the embedding untouched when there is nothing to learn", async () => {
    const n = 60;
    const d = 12;
    const random = createRandom("noise");
    const same = createMatrix(
      n,
      d,
      Float32Array.from({ length: n * d }, () => random.normal()),
    );
    const rows = Uint32Array.from({ length: n }, (_, i) => i);
    const pairs = { query: rows, passage: rows, label: new Uint8Array(n).fill(1) };
    const { adapter, chosen } = await chooseRca({ queries: same, passages: same, pairs });
    expect(chosen.lambda).toBeNull();
    expect(adapter.metadata.method).toBe("identity");
  });

  it("lets blends compete with RCA itself", async () => {
    const data = topics(60, 8);
    const grid = { lambdas: [0.3], powers: [0.5], blends: [0, 1] };
    const { candidates, chosen } = await chooseRca(data, grid);
    expect(candidates.map(({ blend }) => blend)).toEqual([null, 0, 1]);
    const figures = candidates.map(({ metrics }) => metrics!);
    expect(figures[1]).not.toEqual(figures[2]);
    const best = Math.max(...figures.map(({ rocAuc, mrr }) => rocAuc + mrr));
    expect(chosen.metrics!.rocAuc + chosen.metrics!.mrr).toBe(best);
  });

  it("works with fewer pairs than folds", async () => {
    const { adapter } = await chooseRca(topics(3, 4));
    expect(applyAdapter(adapter, [1, 2, 3, 4], { side: "query" }).every(Number.isFinite)).toBe(
      true,
    );
  });

  it("stops when asked to", async () => {
    const reason = new Error("enough");
    await expect(chooseRca(topics(30, 4), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it("refuses by name what it cannot choose from", async () => {
    const data = topics(6, 3);
    const wrong: [ChooseRcaOptions, string][] = [
      [{ lambdas: [] }, "chooseRca: lambdas must be a list of at least one number, received []"],
      [{ lambdas: [1, 0] }, "chooseRca: lambdas[1] must be a number > 0, received 0"],
      [{ blends: [-1] }, "chooseRca: blends[0] must be a number >= 0, received -1"],
      [{ blends: [NaN] }, "chooseRca: blends[0] must be a number >= 0, received NaN"],
      [{ folds: 1 }, "chooseRca: folds must be an integer >= 2, received 1"],
      [{ mus: [1], side: "query" }, 'chooseRca: mus must be empty with side "query"'],
    ];
    for (const [options, message] of wrong) {
      await expect(chooseRca(data, options)).rejects.toThrow(message);
    }
    const oneGroup = { ...data, groups: new Array(6).fill("a") };
    await expect(chooseRca(oneGroup)).rejects.toThrow("at least 2 groups");
  });
});
