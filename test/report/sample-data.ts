import type { CosineSample, LatentView, ReportData } from "../../src/report/report-data.js";
import { createRandom } from "../../src/base/random.js";

const texts = [
  "who wrote the song that plays at the end of the film",
  "The lighthouse was built in 1871 and stands on the western cape of the island, 54 metres above the sea.",
  "when did the railway reach the coast",
  "Line\tYear\nNorth\t1881\nSouth\t1894",
];

/** Invented data in the shape of a real run: 300 matching and 600 other pairs per set. */
export function sampleData(): ReportData {
  const random = createRandom("sample data");
  const cosines = (mean: number, spread: number, count: number): number[] =>
    Array.from({ length: count }, () => Math.max(-1, Math.min(1, mean + spread * random.normal())));
  const histograms: CosineSample[] = [
    { method: "none", set: "weak", label: 1, cosines: cosines(0.36, 0.1, 300) },
    { method: "none", set: "weak", label: 0, cosines: cosines(0.1, 0.05, 600) },
    { method: "rca", set: "weak", label: 1, cosines: cosines(0.48, 0.13, 300) },
    { method: "rca", set: "weak", label: 0, cosines: cosines(0.02, 0.06, 600) },
    { method: "none", set: "hard", label: 1, cosines: cosines(0.36, 0.1, 300) },
    { method: "none", set: "hard", label: 0, cosines: cosines(0.3, 0.09, 600) },
    { method: "rca", set: "hard", label: 1, cosines: cosines(0.48, 0.13, 300) },
    { method: "rca", set: "hard", label: 0, cosines: cosines(0.26, 0.1, 600) },
  ];
  const latent = (title: string, apart: number): LatentView => {
    const pairs = 120;
    const centers = Array.from({ length: pairs }, () => [random.normal(), 0.7 * random.normal()]);
    const point = (side: "query" | "passage", i: number) => ({
      side,
      x: centers[i][0] + (side === "query" ? apart : -apart) + 0.4 * apart * random.normal(),
      y: centers[i][1] + 0.4 * apart * random.normal(),
      text: texts[(side === "query" ? 0 : 1) + 2 * (i % 2)],
    });
    return {
      title,
      points: [
        ...centers.map((_, i) => point("query", i)),
        ...centers.map((_, i) => point("passage", i)),
      ],
      links: centers.map((_, i) => [i, pairs + i] as const),
      explainedVarianceRatio: [0.061, 0.034],
    };
  };
  const figures = {
    interval: 0.031,
    baseRate: 2 / 3,
    thresholdFrom: "train",
    "recall@1": 0.725,
    "recall@10": 0.912,
    mrr: 0.79,
  };
  return {
    subtitle: "Invented data, to look at the page with.",
    decision: {
      verdict: "use it",
      sentence:
        "use it: for questions about passages nobody has asked about, rca raises MRR from 0.790 to 0.861, " +
        "by +0.071 [0.041, 0.102] (300 questions judged out of fold against 2,000 passages).",
    },
    baseline: "none",
    chosen: "rca",
    facts: [
      { label: "Questions", value: 300 },
      { label: "Test pairs", value: "900 weak, 900 hard" },
      { label: "Embedder", value: "hashing-char-3-5/1536" },
      { label: "Seed", value: 0 },
    ],
    methods: [
      {
        ...figures,
        name: "none",
        set: "weak",
        accuracy: 0.951,
        interval: 0.014,
        threshold: 0.207,
        rocAuc: 0.981,
        seconds: 0,
      },
      {
        ...figures,
        name: "notebook",
        set: "weak",
        accuracy: 0.957,
        interval: 0.013,
        threshold: 0.193,
        rocAuc: 0.984,
        "recall@1": 0.724,
        seconds: 21.7,
      },
      {
        ...figures,
        name: "rca",
        set: "weak",
        accuracy: 0.978,
        interval: 0.01,
        threshold: 0.221,
        rocAuc: 0.994,
        "recall@1": 0.8,
        "recall@10": 0.963,
        mrr: 0.861,
        seconds: 1.42,
      },
      {
        ...figures,
        name: "none",
        set: "hard",
        accuracy: 0.745,
        interval: 0.028,
        threshold: 0.402,
        rocAuc: 0.734,
        seconds: 0,
      },
      {
        ...figures,
        name: "notebook",
        set: "hard",
        accuracy: 0.781,
        interval: 0.027,
        threshold: 0.381,
        rocAuc: 0.82,
        "recall@1": 0.724,
        seconds: 22.3,
      },
      {
        ...figures,
        name: "rca",
        set: "hard",
        accuracy: 0.829,
        interval: 0.025,
        threshold: 0.377,
        rocAuc: 0.88,
        "recall@1": 0.8,
        "recall@10": 0.963,
        mrr: 0.861,
        seconds: 1.51,
      },
    ],
    histograms,
    latent: { before: latent("none", 0.5), after: latent("rca", 0.15) },
    training: {
      method: "notebook",
      bestEpoch: 13,
      epochs: Array.from({ length: 20 }, (_, i) => ({
        epoch: i + 1,
        trainLoss: 0.4 * Math.exp(-i / 6) + 0.05,
        validationLoss: 0.4 * Math.exp(-i / 6) + 0.09 + 0.0004 * (i - 12) ** 2,
        trainAccuracy: 0.9 - 0.3 * Math.exp(-i / 5),
        validationAccuracy: 0.8 - 0.2 * Math.exp(-i / 5) - 0.0006 * Math.max(0, i - 12) ** 2,
      })),
    },
    example: {
      question: "when was the lighthouse on the western cape built",
      before: {
        rank: 4,
        passages: [
          {
            text: "The cape is the westernmost point of the island. Its cliffs are home to a colony of puffins, and a path leads from the village to a viewing platform.",
            cosine: 0.512,
            right: false,
          },
          {
            text: "A second lighthouse, on the eastern cape, was lit for the first time in 1902; it was automated in 1987.",
            cosine: 0.498,
            right: false,
          },
          {
            text: "Lighthouse\tHeight\tLit\nEast\t31 m\t1902\nHarbour\t12 m\t1911",
            cosine: 0.47,
            right: false,
          },
        ],
      },
      after: {
        rank: 1,
        passages: [
          { text: texts[1], cosine: 0.688, right: true },
          {
            text: "A second lighthouse, on the eastern cape, was lit for the first time in 1902; it was automated in 1987.",
            cosine: 0.55,
            right: false,
          },
          { text: "The cape is the westernmost point of the island.", cosine: 0.497, right: false },
        ],
      },
    },
    distributions: [
      {
        title: "Candidates per question",
        unit: "candidates",
        of: "questions",
        values: Array.from({ length: 300 }, () =>
          Math.round(6 + Math.exp(2 + 0.8 * random.normal())),
        ),
      },
      {
        title: "Passage length",
        unit: "characters",
        of: "passages",
        values: Array.from({ length: 2000 }, () => Math.round(Math.exp(6 + 0.9 * random.normal()))),
      },
    ],
  };
}
