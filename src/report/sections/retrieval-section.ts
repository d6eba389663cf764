import { html, type Html } from "../html.js";
import { drawCurves, type Curve } from "../charts/curve-chart.js";
import { figureOf, tableOf, type PlainTable } from "../charts/figure.js";
import { drawIntervals } from "../charts/interval-chart.js";
import { recallCurves, type RecallCurve } from "../figures/recall-curve.js";
import { slicesOf, type SliceFigures, type SliceGain } from "../figures/slices.js";
import { shorten } from "../format.js";
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

function slicesPart({ questions, names, compared, sliceOf, groupOf }: Report): Html {
  const { slices, rest } = slicesOf(questions, sliceOf, groupOf);
  if (slices.length < 2) return html``;
  // A slice may be named after a page, which is a text.
  const name = (key: string, i: number): string =>
    names.areTexts ? shorten(key, 60) : `slice ${i + 1}`;
  const untouched = ({ before, beforeLow, beforeHigh }: SliceGain): string =>
    `${figure(before)} [${figure(beforeLow)}, ${figure(beforeHigh)}]`;
  const rows = slices.map(({ key, questions: n, recall, mrr }, i) => [
    name(key, i),
    n.toLocaleString("en-US"),
    ...[recall, mrr].flatMap((own) =>
      compared ? [`${figure(own.before)} → ${figure(own.after)}`, interval(own)] : [untouched(own)],
    ),
  ]);
  const columns = ["recall@1", "MRR"].flatMap((title) => (compared ? [title, "Gain"] : [title]));
  const table = { columns: ["Slice", "Questions", ...columns], rows };
  return html`<h3>By slice</h3>
    <p class="muted">
      Questions that belong together, the largest slice first. A slice is small: read its interval,
      not its gain.
      ${rest.slices === 0 ? "" : `${count(rest.slices, "smaller slice")} with ${count(rest.questions, "question")} are not listed.`}
    </p>
    ${compared ? slicesFigure(slices, name, table) : tableOf(table, "Recall@1 and MRR by slice")}`;
}

function slicesFigure(
  slices: readonly SliceFigures[],
  name: (key: string, i: number) => string,
  table: PlainTable,
): Html {
  const chart = (title: string, of: (slice: SliceFigures) => SliceGain) => {
    const rows = slices.map((slice, i) => ({ label: name(slice.key, i), ...of(slice) }));
    return {
      title,
      chart: drawIntervals(rows, {
        title: `gain in ${title} over the untouched embedding`,
        description: `Gain in ${title} by slice: ${rows.map((row) => `${row.label} ${interval(row)}`).join("; ")}.`,
      }),
    };
  };
  return figureOf({
    legend: [],
    charts: [chart("recall@1", ({ recall }) => recall), chart("MRR", ({ mrr }) => mrr)],
    caption: "Gains with their 95 % intervals over independent groups.",
    table,
  });
}
