import { checkDecision } from "../check-decision.js";
import type { Html } from "../html.js";
import { readReport, type Report } from "../read-report.js";
import type { ReportedDecision, ReportOptions } from "../reported-decision.js";
import { choiceSection } from "../sections/choice-section.js";
import { cosineSection } from "../sections/cosine-section.js";
import { decisionSection } from "../sections/decision-section.js";
import { questionSection } from "../sections/question-section.js";
import { retrievalSection } from "../sections/retrieval-section.js";
import { chartStyle, lightColors, lightSurfaces } from "./page-style.js";

/** Where the page's charts stand, by the name that its plots begin with. */
const sections: Readonly<Record<string, (report: Report) => Html>> = {
  gains: decisionSection,
  ranks: questionSection,
  recall: retrievalSection,
  cosines: cosineSection,
  choice: choiceSection,
};

/**
 * The page's charts, each as an SVG file of its own, on white: for slides and pull requests.
 *
 * @returns By name: "gains", "ranks-1", "recall-1", "cosines-1", "choice-1" and so on, as many as the page shows.
 * @throws RangeError as `renderReport`.
 */
export function reportPlots(
  decision: ReportedDecision,
  options: ReportOptions = {},
): ReadonlyMap<string, string> {
  checkDecision(decision, options, "reportPlots");
  const report = readReport(decision, options);
  const plots = new Map<string, string>();
  for (const [name, section] of Object.entries(sections)) {
    const charts = section(report).markup.match(/<svg\s+class="chart"[\s\S]*?<\/svg>/g) ?? [];
    for (const [i, chart] of charts.entries()) {
      plots.set(charts.length === 1 ? name : `${name}-${i + 1}`, standalone(chart));
    }
  }
  return plots;
}

/** With its size, and the charts' style with its colours written out: what draws pictures knows no variables. */
function standalone(chart: string): string {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(chart) ?? [];
  const values: Readonly<Record<string, string>> = {
    ...lightColors,
    paper: lightSurfaces.paper,
    panel: lightSurfaces.paper,
  };
  const style = chartStyle().replaceAll(/var\(--(\w+)\)/g, (_, name: string) => values[name]);
  const attributes = `xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Arial, Helvetica, DejaVu Sans, sans-serif"`;
  return chart
    .replace(/<svg\s+class="chart"/, `<svg class="chart" ${attributes}`)
    .replace(
      ">",
      `><style>${style}</style><rect width="100%" height="100%" fill="${lightSurfaces.paper}"/>`,
    );
}
