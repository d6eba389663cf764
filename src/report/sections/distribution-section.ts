import { html, type Html } from "../html.js";
import { distributionSpec } from "../plots/distribution-spec.js";
import type { ReportData } from "../report-data.js";
import { figureSection } from "./figure.js";

/** Histograms of the data themselves. */
export async function distributionSection({ distributions = [] }: ReportData): Promise<Html> {
  if (distributions.length === 0) return html``;
  return figureSection({
    id: "data",
    heading: "The data",
    caption: "How the data are distributed; the dashed line marks the median.",
    legend: [],
    rows: [distributions.map((distribution) => distributionSpec(distribution))],
  });
}
