import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca } from "embedtune";
import { fitCca, fitLda, reduceAdapter } from "embedtune/fit";
import { topics } from "../tune/topics.js";

describe("fewer dimensions", () => {
  const data = topics(80, 10);

  it("come in order: the first columns are the shorter adapter", () => {
    const four = fitLda(data, { dimensions: 4 }).query.weights!;
    const two = fitLda(data, { dimensions: 2 }).query.weights!;
    for (let i = 0; i < 10; i++) {
      expect(four.data.subarray(i * 4, i * 4 + 2)).toEqual(two.data.subarray(i * 2, i * 2 + 2));
    }
  });

  it("keep every cosine of an adapter when none is dropped", async () => {
    const adapter = fitRca(data);
    const same = reduceAdapter(adapter, data, { dimensions: 10 });
    const dots = (a: typeof adapter): number[] => {
      const q = applyAdapter(a, data.queries, { side: "query" });
      const p = applyAdapter(a, data.passages, { side: "passage" });
      return Array.from({ length: 80 }, (_, i) => {
        let sum = 0;
        for (let j = i * 10; j < (i + 1) * 10; j++) sum += q.data[j] * p.data[j];
        return sum;
      });
    };
    const [before, after] = [dots(adapter), dots(same)];
    for (let i = 0; i < 80; i++) expect(after[i]).toBeCloseTo(before[i], 5);
    const half = reduceAdapter(adapter, data, { dimensions: 5 });
    expect(applyAdapter(half, data.queries, { side: "query" }).cols).toBe(5);
  });

  it("are filled with zeros where the pairs span fewer than asked for", () => {
    const few = topics(3, 10);
    for (const adapter of [fitLda(few, { dimensions: 9 }), fitCca(few, { dimensions: 9 })]) {
      const adapted = applyAdapter(adapter, few.passages, { side: "passage" });
      expect(adapted.cols).toBe(9);
      expect(adapted.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("are refused when more than there are", () => {
    for (const dimensions of [0, 11, 2.5]) {
      expect(() => fitLda(data, { dimensions })).toThrow("must be an integer from 1 to 10");
      expect(() => fitCca(data, { dimensions })).toThrow(`received ${dimensions}`);
    }
  });
});
