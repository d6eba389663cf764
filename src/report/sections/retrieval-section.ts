import { html, type Html } from "../html.js";
import { drawCurves, type Curve } from "../charts/curve-chart.js";
import { figureOf, tableOf } from "../charts/figure.js";
import { recallCurves, type RecallCurve } from "../figures/recall-curve.js";
import { slicesOf } from "../figures/slices.js";
import { count, figure, interval } from "../../tune/verdict/words.js";
import type { Report } from "../read-report.js";

const cuts = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100];
const tabled = [1, 3, 5, 10, 20, 50, 100];

/** How many of the questions are answered within the first k passages. */
export function retrievalSection(report: Report): Html {
  const { questions, compared, decision, groupOf, seed } = report;
  if (questions.length === 0) return html``;
  const ks = cuts.filter((k) => k <= Math.max(2, decision.corpus.rows));
  const groups = questions.map(({ row }) => groupOf(row));
  const { before, after } = recallCurves(questions, ks, groups, seed);
  const curve = (ink: "before" | "after", { recall, low, high }: RecallCurve): Curve => ({
    ...{ ink, x: ks, y: recall, low, high },
  });
  const lowest = Math.min(...before.low, ...(compared ? after.low : []));
  const rows = tabled.filter((k) => ks.includes(k)).map((k) => [k, ks.indexOf(k)] as const);
  const withBand = ({ recall, low, high }: RecallCurve, i: number): string =>
    `${figure(recall[i])} [${figure(low[i])}, ${figure(high[i])}]`;
  const said = (name: string, own: RecallCurve): string =>
    `${name} ${rows.map(([k, i]) => `${figure(own.recall[i])} at ${k}`).join(", ")}`;
  return html`<section aria-labelledby="retrieval">
    <h2 id="retrieval">Retrieval</h2>
    ${figureOf({
      legend: [
        { label: compared ? "before" : "the untouched embedding", ink: "before" },
        ...(compared ? [{ label: "after", ink: "after" } as const] : []),
      ],
      charts: [
        {
          title: "recall@k",
          chart: drawCurves({
            description: `Recall against the number of passages read: ${said("before", before)}${compared ? `; ${said("after", after)}` : ""}.`,
            xTitle: "passages read (k)",
            yTitle: "share of questions answered",
            curves: [curve("before", before), ...(compared ? [curve("after", after)] : [])],
            xDomain: [1, ks[ks.length - 1]],
            yDomain: [Math.max(0, lowest - 0.05), 1],
            logX: true,
          }),
        },
      ],
      caption:
        "recall@k: the share of questions whose right passage is among the first k. The bands hold 95 of 100 samples of as many questions.",
      table: {
        columns: ["k", "Before", ...(compared ? ["After"] : [])],
        rows: rows.map(([k, i]) => [
          String(k),
          withBand(before, i),
          ...(compared ? [withBand(after, i)] : []),
        ]),
      },
    })}
    ${slicesPart(report)}
  </section>`;
}

function slicesPart({ questions, names, compared, sliceOf }: Report): Html {
  const { slices, rest } = slicesOf(questions, sliceOf);
  if (slices.length < 2) return html``;
  // A slice may be named after a page, which is a text.
  const name = (key: string, i: number): string => (names.areTexts ? key : `slice ${i + 1}`);
  return html`<h3>By slice</h3>
    <p class="muted">
      MRR of the questions that belong together, largest slice first. A slice is small: read its
      interval, not its gain.
      ${rest.slices === 0 ? "" : `${count(rest.slices, "smaller slice")} with ${count(rest.questions, "question")} are not listed.`}
    </p>
    ${tableOf(
      {
        columns: ["Slice", "Questions", "MRR before", ...(compared ? ["After", "Gain"] : [])],
        rows: slices.map((slice, i) => [
          name(slice.key, i),
          slice.questions.toLocaleString("en-US"),
          figure(slice.before),
          ...(compared ? [figure(slice.after), interval(slice)] : []),
        ]),
      },
      "MRR by slice",
    )}`;
}
