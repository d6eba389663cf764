import { figure } from "../../tune/verdict/words.js";
import { drawCurves } from "../charts/curve-chart.js";
import { figureOf } from "../charts/figure.js";
import { reliability, type Reliability } from "../figures/reliability.js";
import { html, type Html } from "../html.js";
import type { Report } from "../read-report.js";

/** What a cosine says as a probability, and whether it keeps the promise. */
export function calibrationPart({ questions, compared, groupOf, seed }: Report): Html {
  const groups = questions.map(({ row }) => groupOf(row));
  const curves = (compared ? (["before", "after"] as const) : (["before"] as const)).flatMap(
    (name) => {
      const own = reliability(questions, name, groups, seed);
      return own === null ? [] : [{ name, ...own }];
    },
  );
  if (curves.length === 0) return html``;
  const said = curves
    .map(
      ({ name, error, brier }) => `${name} off by ${figure(error)}, Brier score ${figure(brier)}`,
    )
    .join("; ");
  return html`<h3>A cosine as a probability</h3>
    <p class="muted">
      A logistic curve (Platt’s) makes a cosine into the probability of a right passage. Fitted on
      one half of the questions, it is held against what is found in the other half, and the other
      way round: on the diagonal it keeps its promise.
    </p>
    ${figureOf({
      legend: [
        ...curves.map(({ name }) => ({
          label: compared ? name : "the untouched embedding",
          ink: name,
        })),
        { label: "promise kept", ink: "chance" },
      ],
      charts: [
        {
          title: "Calibration",
          chart: drawCurves({
            description: `Share of right passages by the probability promised, ${said}: ${curves.map(({ name, bins }) => `${name} ${bins.map(({ predicted, observed }) => `${figure(observed)} at ${figure(predicted)}`).join(", ")}`).join("; ")}.`,
            xTitle: "probability promised",
            yTitle: "share that is right",
            curves: [
              { ink: "chance", x: [0, 1], y: [0, 1] },
              ...curves.map(({ name, bins }) => ({
                ...{ ink: name, dots: true },
                x: bins.map(({ predicted }) => predicted),
                y: bins.map(({ observed }) => observed),
              })),
            ],
            xDomain: [0, 1],
            yDomain: [0, 1],
          }),
        },
      ],
      caption: `Right passages against each question’s own nearest wrong one, as many of either. Off by: the mean distance of promise and finding, larger tenths counting more. Brier score: the mean squared distance of probability and truth; always promising the share of right ones has ${figure(curves[0].baseBrier)}.`,
      table: tableFor(curves, compared),
    })}`;
}

function tableFor(
  curves: readonly (Reliability & { readonly name: string })[],
  compared: boolean,
): {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
} {
  const used = [...new Set(curves.flatMap(({ bins }) => bins.map(({ bin }) => bin)))];
  const found = ({ bins }: Reliability, wanted: number): string => {
    const own = bins.find(({ bin }) => bin === wanted);
    return own === undefined ? "–" : `${figure(own.observed)} of ${own.n.toLocaleString("en-US")}`;
  };
  return {
    columns: ["Promised", ...curves.map(({ name }) => (compared ? `Right, ${name}` : "Right"))],
    rows: [
      ...used
        .sort((a, b) => a - b)
        .map((bin) => [
          `${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}`,
          ...curves.map((own) => found(own, bin)),
        ]),
      ["off by", ...curves.map(({ error }) => figure(error))],
      ["Brier score", ...curves.map(({ brier }) => figure(brier))],
    ],
  };
}
