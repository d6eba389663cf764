import { drawCurves } from "../charts/curve-chart.js";
import { figureOf, tableOf } from "../charts/figure.js";
import { drawIntervals } from "../charts/interval-chart.js";
import { bestOfEachKind, gridOfBest, isBest, trainingRuns } from "../figures/candidates.js";
import { lastPoints, worthOfMore } from "../figures/more-labels.js";
import { formatSeconds } from "../format.js";
import { html, type Html } from "../html.js";
import type { Decision, DecisionRow } from "../../tune/verdict/decision.js";
import {
  count,
  figure,
  interval,
  methodName,
  metricName,
  signed,
  subject,
} from "../../tune/verdict/words.js";
import type { AdapterLearningCurve } from "../../tune/learning-curve.js";
import type { Report } from "../read-report.js";

/** Rows of a chart: more would be a list. */
const mostRows = 16;

/** Every candidate, the winner's grid, the other claim, the learning curve. */
export function choiceSection({ decision, options }: Report): Html {
  const { table, metric } = decision;
  const { learningCurve } = options;
  if (table.length === 0 && learningCurve === undefined) return html``;
  return html`<section aria-labelledby="choice">
    <h2 id="choice">How it was chosen</h2>
    ${
      table.length === 0
        ? ""
        : html`<p>
            ${count(table.length, "candidate")}, each fitted on part of the questions and judged on
            the rest, until each question was judged once (out of fold). The figure of a fold is
            that of the candidate which did best on the
            <em>other</em> folds, so that the gain above is not flattered by the choice; the gains
            of single candidates below are.
          </p>`
    }
    ${candidates(decision)} ${otherClaim(decision)}
    ${learningCurve === undefined ? noCurve(decision) : curve(learningCurve, metric)}
  </section>`;
}

function candidates(decision: Report["decision"]): Html {
  const { table, best, metric } = decision;
  if (table.length === 0) return html``;
  const kinds = bestOfEachKind(table).filter(({ method }) => method !== "identity");
  const charts = [
    ...(kinds.length > 0 ? [gainsChart("The best of each kind", kinds, nameOf, decision)] : []),
    ...(best.method === "identity" ? [] : winnersChart(decision)),
  ];
  if (charts.length === 0) return allCandidates(decision);
  return html`${figureOf({
    legend: [
      { label: "what was chosen, on all folds", ink: "after", shape: "dot" },
      { label: "other candidates", ink: "before", shape: "dot" },
    ],
    charts,
    caption: `${metricName(metric)} out of fold, each candidate alone, with 95 % intervals over independent groups.`,
    table: rowsOf(table.filter(({ figure: own }) => own !== null)),
  })}
  ${allCandidates(decision)}`;
}

function gainsChart(
  title: string,
  rows: readonly DecisionRow[],
  name: (row: DecisionRow) => string,
  { best, metric }: Pick<Decision, "best" | "metric">,
): { title: string; chart: Html } {
  const shown = rows.slice(0, mostRows).map((row) => ({
    label: name(row),
    ...row.gain!,
    chosen: isBest(row, best),
  }));
  return {
    title,
    chart: drawIntervals(shown, {
      title: `gain in ${metricName(metric)} over the untouched embedding`,
      description: `${title}: ${shown.map((row) => `${row.label} ${interval(row)}`).join("; ")}.`,
    }),
  };
}

/** Where the best was trained its training curve, else the grid it was chosen from. */
function winnersChart(decision: Report["decision"]): { title: string; chart: Html }[] {
  const { best, metric } = decision;
  const grid = gridOfBest(decision);
  const runs = trainingRuns(grid, best);
  const own = runs.find(({ ofBest }) => ofBest);
  if (own === undefined || own.states.length < 2) {
    if (grid.length < 2) return [];
    return [gainsChart(`The grid of ${methodName(best)}`, grid, differing(grid), decision)];
  }
  const title = `The training curve of ${methodName(best)}`;
  const gainAfter = ({ gain, parameters }: DecisionRow): string =>
    `${interval(gain!)} after ${count(parameters["epoch"], "epoch")}`;
  const ends = runs.flatMap(({ states }) => states.map(({ parameters }) => parameters["epoch"]));
  const gains = runs.flatMap(({ states }) => states.map(({ gain }) => gain!));
  const last = Math.max(...ends);
  return [
    {
      title,
      chart: drawCurves({
        description: `${title}, gain in ${metricName(metric)}: ${own.states.map(gainAfter).join("; ")}.`,
        xTitle: "epochs of training",
        yTitle: `gain in ${metricName(metric)}`,
        curves: [
          { ink: "chance", x: [0, last], y: [0, 0] },
          ...runs.map(({ states, ofBest }) => ({
            ...{ ink: ofBest ? ("after" as const) : ("before" as const), dots: true },
            x: states.map(({ parameters }) => parameters["epoch"]),
            y: states.map(({ gain }) => gain!.gain),
            ...(ofBest
              ? {
                  low: states.map(({ gain }) => gain!.low),
                  high: states.map(({ gain }) => gain!.high),
                }
              : {}),
          })),
        ],
        xDomain: [0, last],
        yDomain: [
          Math.min(0, ...gains.map(({ low }) => low)),
          Math.max(0, ...gains.map(({ high }) => high)),
        ],
      }),
    },
  ];
}

/** Those that were not measured to the end stand here alone. */
function allCandidates({ table }: Report["decision"]): Html {
  const skipped = table.filter((row) => row.skipped !== null);
  if (skipped.length === 0) return html``;
  return html`<details>
    <summary>${count(skipped.length, "candidate")} not measured to the end</summary>
    ${tableOf(rowsOf(skipped), "Candidates that were not measured to the end")}
  </details>`;
}

function rowsOf(rows: readonly DecisionRow[]): {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
} {
  return {
    columns: ["Candidate", "Settings", "Figure", "Gain", "Seconds"],
    rows: rows.map((row) => [
      methodName(row),
      settingsOf(row),
      row.figure === null ? whySkipped(row) : figure(row.figure),
      row.gain === null ? "–" : interval(row.gain),
      formatSeconds(row.seconds),
    ]),
  };
}

const whySkipped = ({ skipped }: DecisionRow): string =>
  skipped === "time" ? "no time" : "trailed clearly after the first fold";

const settingsOf = ({ parameters }: Pick<DecisionRow, "parameters">): string => {
  const entries = Object.entries(parameters);
  return entries.length === 0 ? "–" : entries.map(([name, value]) => `${name} ${value}`).join(", ");
};

/** What the rows of a grid do not have in common. */
function differing(rows: readonly DecisionRow[]): (row: DecisionRow) => string {
  const common = (name: string): boolean =>
    rows.every(({ parameters }) => parameters[name] === rows[0].parameters[name]);
  return ({ parameters }) =>
    settingsOf({
      parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => !common(name))),
    });
}

const nameOf = (row: DecisionRow): string => methodName(row);

function otherClaim({ otherClaim: other, metric }: Report["decision"]): Html {
  if (other === null) return html``;
  const about = subject(other.claim);
  const gains = [
    ...(other.chosen === null ? [] : [["the same candidate", other.chosen] as const]),
    ...other.forms.map(({ name, gain }) => [name, gain] as const),
    ...(other.bestClosedForm === null
      ? []
      : [
          [
            `${other.bestClosedForm.method}, the closed form that does best there (flattered by having been picked)`,
            other.bestClosedForm.gain,
          ] as const,
        ]),
  ];
  return html`<h3>What the other claim would say</h3>
    <p>
      For ${about} (${count(other.questions, "question")}, the untouched embedding at
      ${metricName(metric)} ${figure(other.untouched)}):
      ${gains.length === 0 ? "nothing was measured" : gains.map(([name, gain]) => `${name} ${interval(gain)}`).join("; ")}.
    </p>`;
}

/** How to find out, where something could be found. */
function noCurve({ claim, best }: Report["decision"]): Html {
  if (claim === null || best.method === "identity") return html``;
  return html`<h3>What more labels would be worth</h3>
    <p>
      Not measured for this page, as it can take as long again as the best took.
      <code>embedtune tune … --learning-curve</code> does, and so does
      <code>renderReport(decision, { learningCurve })</code> with what
      <code>adapterLearningCurve</code> finds.
    </p>`;
}

function curve(learningCurve: AdapterLearningCurve, metric: string): Html {
  const { points, untouched, claim } = learningCurve;
  if (points.length === 0) return html``;
  const x = points.map(({ pairs }) => pairs);
  const low = points.map(({ gain }) => untouched + gain.low);
  const high = points.map(({ gain }) => untouched + gain.high);
  const ends: [number, number] = [Math.min(...x) * 0.9, Math.max(...x)];
  const values = [...low, ...high, untouched];
  return html`<h3>What more labels would be worth</h3>
    ${anotherHundred(learningCurve, metric)}
    ${figureOf({
      legend: [
        { label: "after, by the number of pairs learnt from", ink: "after" },
        { label: "the untouched embedding", ink: "before" },
      ],
      charts: [
        {
          title: "Learning curve",
          chart: drawCurves({
            description: `${metricName(metric)} by the number of pairs learnt from: ${points.map(({ pairs, figure: own }) => `${figure(own)} with ${pairs}`).join(", ")}; the untouched embedding ${figure(untouched)}.`,
            xTitle: "labelled pairs learnt from",
            yTitle: metricName(metric),
            curves: [
              { ink: "before", x: ends, y: [untouched, untouched] },
              { ink: "after", x, y: points.map((point) => point.figure), low, high, dots: true },
            ],
            xDomain: ends,
            yDomain: [Math.min(...values), Math.max(...values)],
          }),
        },
      ],
      caption: `Of ${subject(claim)}; the band is the 95 % interval of the gain.`,
      table: {
        columns: ["Pairs", metricName(metric), "Gain"],
        rows: points.map(({ pairs, figure: own, gain }) => [
          pairs.toLocaleString("en-US"),
          figure(own),
          interval(gain),
        ]),
      },
    })}`;
}

function anotherHundred(curve: AdapterLearningCurve, metric: string): Html {
  const worth = worthOfMore(curve, 100);
  const rule = "A curve that still rises at its end says that more labels would help.";
  if (worth === null) return html`<p>${rule}</p>`;
  const from = Math.min(lastPoints, curve.points.length);
  return html`<p>
    ${rule} By the slope of its last ${from === 2 ? "two" : "three"} points, another hundred
    labelled pairs would move ${metricName(metric)} by about
    <strong class="nowrap">${signed(worth)}</strong>: a guess, no surer than the band is narrow.
  </p>`;
}
