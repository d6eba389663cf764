import { formatNumber, formatPercent, formatSeconds, setTitle } from "../format.js";
import { html, type Html } from "../html.js";
import type { MethodFigures, ReportData } from "../report-data.js";
import { beforeAndAfter } from "../report-fields.js";

interface Column {
  readonly title: string;
  /** What the column means, shown on hover. */
  readonly meaning: string;
  readonly show: (row: MethodFigures) => string;
}

const missing = "–";
const figure =
  (key: "rocAuc" | "recall@1" | "recall@10" | "mrr") =>
  (row: MethodFigures): string => {
    const value = row[key];
    return value === null ? missing : formatNumber(value, 3);
  };

const columns: readonly Column[] = [
  {
    title: "Recall@1",
    meaning: "Share of the questions whose right passage is ranked first",
    show: /* @__PURE__ */ figure("recall@1"),
  },
  {
    title: "Recall@10",
    meaning: "Share of the questions whose right passage is among the first ten",
    show: /* @__PURE__ */ figure("recall@10"),
  },
  {
    title: "MRR",
    meaning: "Mean of 1 / rank of the right passage",
    show: /* @__PURE__ */ figure("mrr"),
  },
  {
    title: "Accuracy",
    meaning: "Share of the pairs classified correctly at the threshold, with its 95 % interval",
    show: ({ accuracy, interval }) =>
      formatPercent(accuracy) +
      (interval === null ? "" : `\u00a0±\u00a0${formatNumber(interval * 100, 1)}`),
  },
  {
    title: "Base rate",
    meaning: "What always giving the same answer would reach",
    show: ({ baseRate }) => formatPercent(baseRate),
  },
  {
    title: "Threshold",
    meaning: "A cosine above it counts as a match; beside it, the pairs it was fitted on",
    show: ({ threshold, thresholdFrom }) =>
      threshold === null ? missing : `${thresholdText(threshold)} (${thresholdFrom})`,
  },
  {
    title: "ROC AUC",
    meaning: "How often a match has a higher cosine than a pair without one; no threshold needed",
    show: /* @__PURE__ */ figure("rocAuc"),
  },
  {
    title: "Seconds",
    meaning: "Time of the fit",
    show: ({ seconds }) => (seconds === null ? missing : formatSeconds(seconds)),
  },
];

/** The table of figures: a group of rows per set, a row per method. */
export function tableSection(data: ReportData): Html {
  const { methods = [] } = data;
  if (methods.length === 0) return html``;
  const { before, after } = beforeAndAfter(data);
  const sets = [...new Set(methods.map((row) => row.set))];
  return html`<section aria-labelledby="figures">
    <h2 id="figures">Figures on the test set</h2>
    <table>
      <caption>
        Recall and MRR rank the right passage among all passages. Accuracy and ROC AUC are of pairs
        whose negatives somebody picked, and say as much about the picking: accuracy is the share
        classified correctly at a cosine threshold (± half the 95 % interval), beside its base rate.
      </caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          ${columns.map(({ title, meaning }) => html`<th scope="col" title="${meaning}">${title}</th>`)}
        </tr>
      </thead>
      ${sets.map(
        (set) =>
          html`<tbody>
            <tr class="set">
              <th scope="rowgroup" colspan="${columns.length + 1}">${setTitle(set)}</th>
            </tr>
            ${methods.filter((row) => row.set === set).map((row) => tableRow(row, before, after))}
          </tbody>`,
      )}
    </table>
  </section>`;
}

function tableRow(row: MethodFigures, before: string | undefined, after: string | undefined): Html {
  const role = row.name === after ? "after" : row.name === before ? "before" : null;
  const badge = role === null ? html`` : html` <span class="badge ${role}">${role}</span>`;
  return html`<tr class="${role ?? ""}">
    <th scope="row">${row.name}${badge}</th>
    ${columns.map(({ title, show }) => html`<td data-label="${title}">${show(row)}</td>`)}
  </tr>`;
}

function thresholdText(threshold: number): string {
  if (threshold === Infinity) return "accept none";
  if (threshold === -Infinity) return "accept all";
  return formatNumber(threshold, 3);
}
