import { beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/report.js";
import { linearAxis, logAxis } from "../../src/report/charts/axes.js";
import { drawCurves } from "../../src/report/charts/curve-chart.js";
import { drawHistogram } from "../../src/report/charts/histogram-chart.js";
import { drawIntervals } from "../../src/report/charts/interval-chart.js";
import { drawRankChanges } from "../../src/report/charts/rank-chart.js";
import { inventedDecision } from "../support/invented-decision.js";
import { hostileTexts } from "./hostile-texts.js";

/** A tag a line, white space as it does not count. */
const plain = (markup: string): string =>
  markup.replace(/\s+/g, " ").replace(/> </g, ">\n<").replace(/ \/>/g, "/>").trim();

describe("a chart", () => {
  it("of curves is drawn with bands, dots and a description", async () => {
    const { markup } = drawCurves({
      ...{ description: "Recall 0.5 at 1, 0.9 at 10.", xTitle: "k", yTitle: "share" },
      curves: [
        { ink: "before", x: [1, 10], y: [0.5, 0.9], low: [0.4, 0.8], high: [0.6, 1] },
        { ink: "after", x: [1, 10], y: [0.6, 0.95], dots: true },
      ],
      ...{ xDomain: [1, 10], yDomain: [0, 1], logX: true },
    });
    await expect(plain(markup)).toMatchFileSnapshot("snapshots/curves.svg");
  });

  it("of histograms draws both kinds and the threshold where it lies inside", async () => {
    const chart = {
      ...{ description: "Overlap 0.25.", edges: [0, 0.5, 1], right: [0.25, 0.75] },
      ...{ wrong: [1, 0], highest: 1 },
    };
    const { markup } = drawHistogram({ ...chart, threshold: 0.4 });
    await expect(plain(markup)).toMatchFileSnapshot("snapshots/histogram-chart.svg");
    for (const threshold of [null, -0.1, 1.1, Infinity]) {
      expect(drawHistogram({ ...chart, threshold }).markup).not.toContain('class="threshold"');
    }
  });

  it("of ranks draws a dumbbell per question, won or lost", async () => {
    const rows = [
      { label: "where is my refund", before: 40, after: 1 },
      { label: "upgrade", before: 1, after: 3 },
    ];
    const { markup } = drawRankChanges(rows, { description: "40 to 1, 1 to 3.", worst: 40 });
    await expect(plain(markup)).toMatchFileSnapshot("snapshots/ranks.svg");
  });

  it("of intervals marks what was chosen", async () => {
    const rows = [
      { label: "rca", gain: 0.1, low: 0.05, high: 0.15, chosen: true },
      { label: "ridge (query side)", gain: -0.02, low: -0.05, high: 0.01 },
    ];
    const { markup } = drawIntervals(rows, { title: "gain in MRR", description: "Two gains." });
    await expect(plain(markup)).toMatchFileSnapshot("snapshots/intervals.svg");
  });

  it("takes any text for a text", () => {
    for (const text of hostileTexts) {
      const rows = [{ label: text, before: 2, after: 1 }];
      const { markup } = drawRankChanges(rows, { description: text, worst: 2 });
      expect(markup.match(/<(?!\/?(?:svg|g|line|text|circle)[\s>])/g)).toBeNull();
    }
  });
});

describe("an axis", () => {
  it("is widened to round numbers", () => {
    const { ticks, place } = linearAxis({ title: "", domain: [0.013, 0.97], range: [0, 100] });
    expect(ticks.map(({ label }) => label)).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(place(0.5)).toBeCloseTo(50);
  });

  it("of ranks begins at 1 and has a width where all are 1", () => {
    const { ticks, place } = logAxis({ title: "", domain: [1, 1], range: [0, 100] });
    expect(ticks).toEqual([{ value: 1, label: "1" }]);
    expect(place(1)).toBe(0);
    const far = logAxis({ title: "", domain: [1, 20_000], range: [0, 100] });
    expect(far.ticks.at(-1)).toEqual({ value: 10_000, label: "10,000" });
  });
});

describe("every chart of a page", () => {
  const numbersOf = (page: string): string[] =>
    [...page.matchAll(/\s(?:x|y|x1|x2|y1|y2|cx|cy|r|d|width|height)="([^"]*)"/g)].map(
      ([, value]) => value,
    );
  let pages: string[];
  beforeAll(async () => {
    const ordinary = inventedDecision();
    const [first] = ordinary.questions;
    const same = { right: 0, rightCosine: 0.5, wrong: 1, wrongCosine: 0.5 };
    const all = (before: number, after: number) =>
      Array.from({ length: 5 }, (_, row) => ({
        ...{ ...first, row, before, after },
        nearest: { before: same, after: same },
      }));
    pages = await Promise.all(
      [
        ordinary,
        inventedDecision({ questions: 3, passages: 4, dimensions: 2 }),
        inventedDecision({ questions: 2000, passages: 20_000, dimensions: 4 }),
        { ...ordinary, questions: all(1, 1) },
        { ...ordinary, questions: all(120, 1) },
        { ...ordinary, questions: all(1, 120) },
      ].map((decision) => renderReport(decision, { projections: [] })),
    );
  });

  it("has only coordinates that are numbers, and stays in its frame", () => {
    for (const page of pages) {
      const numbers = numbersOf(page);
      expect(numbers.length).toBeGreaterThan(50);
      for (const value of numbers) expect(value).toMatch(/^[-MLHVZ\d.,\s%em]+$/);
      for (const [, height, svg] of page.matchAll(/viewBox="0 0 400 ([\d.]+)"([^]*?)<\/svg>/g)) {
        for (const [, y] of svg.matchAll(/\s(?:y|y1|y2|cy)="([^"]+)"/g)) {
          expect(Number(y)).toBeGreaterThanOrEqual(-1);
          expect(Number(y)).toBeLessThanOrEqual(Number(height));
        }
        for (const [, x] of svg.matchAll(/\s(?:x|x1|x2|cx)="([^"]+)"/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(-1);
          expect(Number(x)).toBeLessThanOrEqual(400);
        }
      }
    }
  });

  it("is as large at 20,000 passages as at 60 questions, but for what texts take", () => {
    const charts = (page: string): number =>
      [...page.matchAll(/<svg[^]*?<\/svg>/g)].reduce((sum, [svg]) => sum + svg.length, 0);
    expect(charts(pages[2])).toBeLessThan(3 * charts(pages[0]));
  });
});
