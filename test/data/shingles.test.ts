import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearDuplicates, similarRows } from "../../src/data/split/shingles.js";
import { findNearTexts } from "../../src/data/texts/near-texts.js";

const options = { threshold: 0.8, size: 3 };

/** Texts of few words, so that many share runs. */
const texts = fc.uniqueArray(
  fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }).map((words) => words.join(" ")),
  { maxLength: 25 },
);

function runsOf(text: string): Set<string> {
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length === 0) return new Set();
  if (words.length < 3) return new Set([words.join(" ")]);
  return new Set(words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")));
}

function similarityOf(a: string, b: string): number {
  const [runsA, runsB] = [runsOf(a), runsOf(b)];
  const shared = [...runsA].filter((run) => runsB.has(run)).length;
  return shared / (runsA.size + runsB.size - shared); // NaN of two without words
}

describe("nearDuplicates", () => {
  it("finds what comparing all with all finds, at any threshold", () => {
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(0.3, 0.5, 0.8, 1), (a, b, threshold) => {
        const found = nearDuplicates(a, b, { threshold, size: 3 });
        const expected = a.flatMap((x) =>
          b
            .filter((y) => similarityOf(x, y) >= threshold)
            .map((y) => `${x}|${y}|${similarityOf(x, y)}`),
        );
        expect(found.map((pair) => `${pair.a}|${pair.b}|${pair.similarity}`).sort()).toEqual(
          expected.sort(),
        );
      }),
    );
  });

  it("compares no texts of one template that share too little", () => {
    const template = Array.from(
      { length: 300 },
      (_, i) => `the same start of every text in this corpus ${i}`,
    );
    let compared = 0;
    const count = (i: number, j: number): boolean => {
      if (i !== j) compared++;
      return false;
    };
    expect([...similarRows(template, template, options, count)]).toHaveLength(300);
    expect(compared).toBe(0);
  });
});

describe("findNearTexts", () => {
  it("joins what comparing all with all joins", () => {
    fc.assert(
      fc.property(texts, (list) => {
        const { first } = findNearTexts(list);
        const near = list.map((_, i) => [i]);
        for (const [i, a] of list.entries())
          for (const [j, b] of list.entries()) if (similarityOf(a, b) >= 0.8) near[i].push(j);
        const expected = list.map((_, i) => {
          const seen = new Set([i]);
          for (const row of seen) for (const other of near[row]) seen.add(other);
          return Math.min(...seen);
        });
        expect([...first]).toEqual(expected);
      }),
    );
  });
});
