import { describe, expect, it } from "vitest";
import {
  distributionSpec,
  histogramSpec,
  latentSpec,
  renderSvg,
  reportPlots,
  trainingSpec,
  type LatentPoint,
  type ReportedDecision,
  type ReportOptions,
  type VegaLiteSpec,
} from "../../src/report.js";
import { createRandom } from "../../src/base/random.js";
import type { AdapterLearningCurve } from "../../src/tune/learning-curve.js";
import type { QuestionOutcome } from "../../src/tune/verdict/decision.js";
import { inventedDecision } from "../support/invented-decision.js";
import { hostileTexts } from "./hostile-texts.js";

/** One kind of data for every plot: a decision for the page's charts, numbers and texts for the specifications. */
interface Kind {
  readonly decision: ReportedDecision;
  readonly options?: ReportOptions;
  readonly right: readonly number[];
  /** Empty: one class alone. */
  readonly wrong: readonly number[];
  readonly points: readonly LatentPoint[];
  readonly losses: readonly number[];
}

const random = createRandom("every plot");
const normals = (count: number, mean: number, spread: number): number[] =>
  Array.from({ length: count }, () => Math.max(-1, Math.min(1, mean + spread * random.normal())));
const cloud = (count: number, solid = false): LatentPoint[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ side: i < count / 2 ? ("query" as const) : ("passage" as const), text: `text ${i}` },
    ...{ x: random.normal(), y: random.normal(), ...(solid ? { z: random.normal() } : {}) },
  }));
const ordinary = inventedDecision();
const outcomes = (of: (question: QuestionOutcome, i: number) => Partial<QuestionOutcome>) => ({
  ...ordinary,
  questions: ordinary.questions.map((question, i) => ({ ...question, ...of(question, i) })),
});
const slices = ordinary.texts!.queries.map((_, i) => (i % 3 === 0 ? "billing" : "accounts"));
const curve: AdapterLearningCurve = {
  ...{ metric: "mrr", claim: "questions", untouched: 0.61 },
  points: [10, 30, 100].map((pairs, i) => ({
    ...{ pairs, figure: 0.6 + 0.02 * i },
    gain: { gain: 0.02 * i - 0.01, low: 0.02 * i - 0.03, high: 0.02 * i + 0.01 },
  })),
};
const hostile = (list: readonly string[]): string[] =>
  list.map((text, i) => `${hostileTexts[i % hostileTexts.length]} ${text}`);

const kinds: Readonly<Record<string, Kind>> = {
  ordinary: {
    decision: ordinary,
    options: { slices, learningCurve: curve },
    ...{ right: normals(60, 0.5, 0.1), wrong: normals(120, 0.3, 0.1) },
    ...{ points: cloud(20), losses: [0.5, 0.4, 0.35] },
  },
  tiny: {
    decision: inventedDecision({ questions: 3, passages: 4, dimensions: 2 }),
    ...{ right: [0.5, 0.6, 0.6], wrong: [0.2, 0.5, 0.3] },
    ...{ points: cloud(3, true), losses: [0.5] },
  },
  skewed: {
    // All but a few stand first and lie alike; one stands last, and one cosine far away.
    decision: outcomes(({ nearest }, i) => ({
      ...{ before: i === 0 ? 120 : 1, after: i === 1 ? 120 : 1 },
      nearest: {
        before: { ...nearest.before, rightCosine: i === 0 ? -0.9 : 0.99, wrongCosine: 0.98 },
        after: { ...nearest.after, rightCosine: 0.99, wrongCosine: i === 1 ? 1 : 0.01 },
      },
    })),
    ...{ right: [...normals(59, 0.99, 1e-4), -1], wrong: normals(60, 0.98, 1e-4) },
    points: [...cloud(9), { side: "passage", x: 1e6, y: -1e6, text: "far away" }],
    losses: [1e4, 1e-3, 1e-4],
  },
  "single class": {
    decision: outcomes(({ nearest }) => {
      const lone = (own: QuestionOutcome["nearest"]["before"]) => ({
        ...{ ...own, wrong: null, wrongCosine: null },
      });
      return { nearest: { before: lone(nearest.before), after: lone(nearest.after) } };
    }),
    ...{ right: normals(60, 0.5, 0.1), wrong: [] },
    ...{ points: cloud(10).map((point) => ({ ...point, side: "query" })), losses: [0.5, 0.5] },
  },
  "20,000 points": {
    // Without texts, among which near-duplicates would be looked for.
    decision: {
      ...inventedDecision({ questions: 20_000, passages: 20_000, dimensions: 2 }),
      ...{ texts: undefined, vectors: undefined },
    },
    ...{ right: normals(20_000, 0.5, 0.1), wrong: normals(20_000, 0.3, 0.1) },
    ...{ points: cloud(20_000), losses: Array.from({ length: 200 }, (_, i) => 1 / (1 + i)) },
  },
  "hostile texts": {
    decision: {
      ...ordinary,
      best: { ...ordinary.best, method: hostileTexts[0] },
      table: ordinary.table.map((row, i) => ({ ...row, method: hostileTexts[i] })),
      texts: {
        ...ordinary.texts!,
        queries: hostile(ordinary.texts!.queries),
        passages: hostile(ordinary.texts!.passages),
      },
    },
    options: { slices: slices.map((_, i) => hostileTexts[i % hostileTexts.length]) },
    ...{ right: [0.5, 0.6], wrong: [0.2, 0.3] },
    points: hostileTexts.map((text, i) => ({ side: "query", x: i, y: i % 3, text })),
    losses: [0.5, 0.4],
  },
};

function specsOf(
  { right, wrong, points, losses }: Kind,
  name: string,
): Record<string, VegaLiteSpec> {
  const sample = { method: name, set: "hard" };
  return {
    "spec-histogram": histogramSpec([
      { ...sample, label: 1, cosines: right },
      ...(wrong.length === 0 ? [] : [{ ...sample, label: 0 as const, cosines: wrong }]),
    ]),
    "spec-latent": latentSpec({ title: name, points, links: [] }),
    "spec-training": trainingSpec({
      epochs: losses.map((trainLoss, i) => ({ epoch: i + 1, trainLoss })),
    }),
    "spec-distribution": distributionSpec({
      ...{ title: name, unit: "cosine", of: "pairs", values: right },
    }),
  };
}

/** A tag a line, numbers rounded, without the style that all share. */
const plain = (svg: string): string[] =>
  svg
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10 + 0))
    .replace(/\s+/g, " ")
    .replace(/> ?</g, ">\n<")
    .trim()
    .split("\n");

const mostLines = 120;

/** A long picture by how many of each tag it has, and some of its lines. */
function summary(lines: readonly string[]): string {
  if (lines.length <= mostLines) return lines.map((line) => `${shortened(line)}\n`).join("");
  const tags = new Map<string, number>();
  for (const line of lines) {
    const tag = /^<(\w+)/.exec(line)?.[1];
    if (tag !== undefined) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  const step = Math.ceil(lines.length / mostLines);
  const some = lines.filter((_, i) => i % step === 0).map(shortened);
  const counts = [...tags].map(([tag, n]) => `${n} ${tag}`).join(", ");
  return `<!-- ${counts}; every line of ${step} -->\n${some.join("\n")}\n`;
}

const shortened = (line: string): string =>
  line.length <= 600 ? line : `${line.slice(0, 600)}… (${line.length})`;

describe("every plot", () => {
  for (const [name, kind] of Object.entries(kinds)) {
    it(`is drawn as it was, of data that are ${name}`, async () => {
      const drawn = new Map(reportPlots(kind.decision, kind.options));
      for (const [plot, spec] of Object.entries(specsOf(kind, name))) {
        drawn.set(plot, await renderSvg(spec));
      }
      expect([...drawn.keys()]).toContain("gains");
      for (const [plot, svg] of drawn) {
        expect(svg, plot).not.toMatch(/NaN|Infinity|undefined/);
        const file = `snapshots/${name.replaceAll(/\W+/g, "-")}/${plot}.svg`;
        await expect(summary(plain(svg))).toMatchFileSnapshot(file);
      }
    });
  }
});
