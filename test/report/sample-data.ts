import type {
  CosineSample,
  LatentView,
  MethodThreshold,
  SampleDistribution,
  TrainingCurve,
} from "../../src/report/plots/plot-data.js";
import { createRandom } from "../../src/base/random.js";

const texts = [
  "who wrote the song that plays at the end of the film",
  "The lighthouse was built in 1871 and stands on the western cape of the island, 54 metres above the sea.",
  "when did the railway reach the coast",
  "Line\tYear\nNorth\t1881\nSouth\t1894",
];

/** A sample for every plot. */
interface PlotData {
  readonly methods: readonly MethodThreshold[];
  readonly histograms: readonly CosineSample[];
  readonly latent: { readonly before: LatentView; readonly after: LatentView };
  readonly training: TrainingCurve;
  readonly distributions: readonly SampleDistribution[];
}

/** Invented data in the shape of a real run: 300 matching and 600 other pairs per set. */
export function sampleData(): PlotData {
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
  const thresholds = [
    ["none", "weak", 0.207],
    ["rca", "weak", 0.221],
    ["none", "hard", 0.402],
    ["rca", "hard", 0.377],
  ] as const;
  return {
    methods: thresholds.map(([name, set, threshold]) => ({ name, set, threshold })),
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
