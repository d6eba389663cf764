import { precisionRecallCurve, rocCurve } from "../../evaluate/pairs/curves/curves.js";
import { labelHistogram } from "../../evaluate/pairs/curves/overlap.js";
import type { PairFigures } from "../../tune/verdict/decision.js";
import { figure } from "../../tune/verdict/words.js";
import { drawCurves, type Curve } from "../charts/curve-chart.js";
import { figureOf, tableOf, type PlainTable } from "../charts/figure.js";
import { drawHistogram } from "../charts/histogram-chart.js";
import { cosineSample, scoredPairs } from "../figures/cosine-samples.js";
import { html, type Html } from "../html.js";
import type { Report } from "../read-report.js";
import { calibrationPart } from "./calibration-part.js";

const bins = 30;

interface Scored {
  readonly name: "before" | "after";
  readonly scores: number[];
  readonly labels: number[];
}

/** How far right and wrong passages lie apart by their cosine, each method against its own nearest wrong ones. */
export function cosineSection(report: Report): Html {
  const { questions, compared, decision } = report;
  const samples: Scored[] = (compared ? (["before", "after"] as const) : (["before"] as const)).map(
    (name) => ({ name, ...scoredPairs(cosineSample(questions, name)) }),
  );
  if (samples.some(({ labels }) => !labels.includes(0) || !labels.includes(1))) return html``;
  return html`<section aria-labelledby="cosines">
    <h2 id="cosines">Cosines</h2>
    <p>
      A cosine is only worth a threshold where right passages lie above wrong ones. Each embedding
      is shown against <em>its own</em> nearest wrong passage of each question: wrong passages that
      one of the two picked would decide for the other.
    </p>
    ${histograms(samples, decision.cosines)} ${thresholds(report)} ${curves(samples)}
    ${calibrationPart(report)}
  </section>`;
}

function histograms(samples: readonly Scored[], cosines: Report["decision"]["cosines"]): Html {
  const all = samples.flatMap(({ scores }) => scores);
  const [low, high] = all.reduce(
    ([least, most], score) => [Math.min(least, score), Math.max(most, score)],
    [Infinity, -Infinity],
  );
  // Equal cosines everywhere would leave no width to draw.
  const range = high > low ? ([low, high] as const) : ([low - 0.01, high + 0.01] as const);
  const panels = samples.map(({ name, scores, labels }) => {
    const { edges, positive, negative } = labelHistogram(scores, labels, { bins, range });
    const [rights, wrongs] = [1, 0].map((label) => labels.filter((own) => own === label).length);
    const right = positive.map((n) => n / rights);
    const wrong = negative.map((n) => n / wrongs);
    const shared = right.reduce((sum, share, i) => sum + Math.min(share, wrong[i]), 0);
    return { name, edges, right, wrong, shared };
  });
  const highest = Math.max(...panels.flatMap(({ right, wrong }) => [...right, ...wrong]));
  return figureOf({
    legend: [
      { label: "right passage", ink: "right", shape: "box" },
      { label: "nearest wrong passage", ink: "wrong", shape: "box" },
      {
        label: `overlap: ${panels.map(({ name, shared }) => figure(shared) + (panels.length > 1 ? ` ${name}` : "")).join(", ")}`,
        ink: "overlap",
        shape: "box",
      },
      ...(cosines?.nearestWrong
        ? [{ label: "threshold, fitted on these questions out of fold", ink: "threshold" } as const]
        : []),
    ],
    charts: panels.map(({ name, edges, right, wrong, shared }) => ({
      title: samples.length > 1 ? name : "the untouched embedding",
      chart: drawHistogram({
        ...{ edges, right, wrong, highest },
        threshold: cosines?.nearestWrong?.[name].threshold ?? null,
        description: `Cosines ${name}: right passages ${spread(samples, name, 1)}, nearest wrong ones ${spread(samples, name, 0)}; the histograms share ${figure(shared)} of their area.`,
      }),
    })),
    caption:
      "Heights are shares of the passages of one kind. The overlap is the area that both histograms share: 0 where they lie apart, 1 where they are alike.",
    table: {
      columns: ["Cosines", "Lowest tenth", "Median", "Highest tenth"],
      rows: samples.flatMap(({ name }) =>
        ([1, 0] as const).map((label) => [
          `${samples.length > 1 ? `${name}, ` : ""}${label === 1 ? "right" : "nearest wrong"}`,
          ...quantiles(samples, name, label).map(figure),
        ]),
      ),
    },
  });
}

function quantiles(samples: readonly Scored[], name: string, label: 0 | 1): number[] {
  const { scores, labels } = samples.find((sample) => sample.name === name)!;
  const own = scores.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
  return [0.1, 0.5, 0.9].map((share) => own[Math.round(share * (own.length - 1))]);
}

function spread(samples: readonly Scored[], name: string, label: 0 | 1): string {
  const [low, median, high] = quantiles(samples, name, label).map(figure);
  return `median ${median}, eight in ten from ${low} to ${high}`;
}

function thresholds({ decision, compared }: Report): Html {
  const { cosines } = decision;
  if (cosines === null) return html``;
  const row = (kind: string, name: string, own: PairFigures): string[] => [
    compared ? `${kind}, ${name}` : kind,
    figure(own.rocAuc),
    figure(own.threshold),
    figure(own.accuracy),
    figure(own.baseRate),
  ];
  const kinds = [
    ["its own two nearest wrong ones", cosines.nearestWrong],
    ["two wrong ones drawn at random", cosines.randomWrong],
  ] as const;
  const table: PlainTable = {
    columns: ["Right passages against …", "ROC AUC", "Threshold", "Accuracy", "Base rate"],
    rows: kinds.flatMap(([kind, own]) =>
      own === null
        ? []
        : [row(kind, "before", own.before), ...(compared ? [row(kind, "after", own.after)] : [])],
    ),
  };
  return html`<h3>One threshold for all</h3>
    <p class="muted">
      ROC AUC: how often a right passage has a higher cosine than a wrong one. Threshold: the cosine
      above which the most pairs are told rightly, fitted on these judged questions, out of fold.
      Accuracy: the share told rightly there. Base rate: the accuracy of calling everything by the
      larger kind.
    </p>
    ${tableOf(table, "Thresholds")}`;
}

function curves(samples: readonly Scored[]): Html {
  const compared = samples.length > 1;
  const rocs = samples.map((sample) => ({ ...sample, ...rocCurve(sample.scores, sample.labels) }));
  const precisions = samples.map((sample) => ({
    ...sample,
    ...precisionRecallCurve(sample.scores, sample.labels),
  }));
  const rates = [0.01, 0.05, 0.1, 0.2, 0.5];
  const recalls = [0.5, 0.8, 0.9, 0.95];
  const caught = (roc: (typeof rocs)[number], rate: number): number => {
    let best = 0;
    for (const [i, at] of roc.falsePositiveRate.entries()) {
      if (at <= rate) best = roc.truePositiveRate[i];
    }
    return best;
  };
  const precise = (own: (typeof precisions)[number], recall: number): number =>
    own.precision[own.recall.findIndex((at) => at >= recall)];
  const say = <T extends Scored>(
    all: readonly T[],
    at: readonly number[],
    value: (own: T, at: number) => number,
  ): string =>
    all
      .map((own) => `${own.name} ${at.map((x) => `${figure(value(own, x))} at ${x}`).join(", ")}`)
      .join("; ");
  const chance: Curve = { ink: "chance", x: [0, 1], y: [0, 1] };
  return html`<h3>Every threshold</h3>
    ${figureOf({
      legend: [
        { label: compared ? "before" : "the untouched embedding", ink: "before" },
        ...(compared ? [{ label: "after", ink: "after" } as const] : []),
        { label: "chance", ink: "chance" },
      ],
      charts: [
        {
          title: "ROC",
          chart: drawCurves({
            description: `Share of right passages accepted, against the share of nearest wrong ones accepted: ${say(rocs, rates, caught)}.`,
            xTitle: "wrong passages accepted",
            yTitle: "right passages accepted",
            curves: [
              chance,
              ...rocs.map((roc) => ({
                ...{ ink: roc.name, ...thinned(roc.falsePositiveRate, roc.truePositiveRate) },
              })),
            ],
            xDomain: [0, 1],
            yDomain: [0, 1],
          }),
        },
        {
          title: "Precision and recall",
          chart: drawCurves({
            description: `Precision at a recall: ${say(precisions, recalls, precise)}.`,
            xTitle: "recall: right passages accepted",
            yTitle: "precision",
            curves: [
              { ink: "chance", x: [0, 1], y: [0.5, 0.5] },
              ...precisions.map((own) => ({
                ink: own.name,
                ...thinned(own.recall, own.precision),
              })),
            ],
            xDomain: [0, 1],
            yDomain: [0, 1],
          }),
        },
      ],
      caption:
        "One right passage of each question against its nearest wrong one. Precision: the share of right ones among those accepted; by chance a half.",
      table: {
        columns: ["Share", ...samples.map(({ name }) => (compared ? name : "Untouched"))],
        rows: [
          ...rates.map((rate) => [
            `right passages accepted where ${rate} of the wrong ones are`,
            ...rocs.map((roc) => figure(caught(roc, rate))),
          ]),
          ...recalls.map((recall) => [
            `precision at a recall of ${recall}`,
            ...precisions.map((own) => figure(precise(own, recall))),
          ]),
        ],
      },
    })}`;
}

/** A few hundred points at most: more are below what anybody sees, and would fill the page. */
function thinned(x: Float64Array, y: Float64Array): { x: number[]; y: number[] } {
  const step = Math.max(1, Math.ceil(x.length / 300));
  const kept = Array.from(x.keys()).filter((i) => i % step === 0 || i === x.length - 1);
  return { x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
}
