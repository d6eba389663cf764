import { html, type Html } from "../html.js";
import { histogramPanels } from "../plots/histogram-spec.js";
import type { ReportData } from "../report-data.js";
import { figureSection } from "./figure.js";

/** Cosines by label: a row of plots per set, so that before and after stand side by side. */
export async function histogramSection({ histograms = [], methods }: ReportData): Promise<Html> {
  if (histograms.length === 0) return html``;
  const across = Math.min(3, new Set(histograms.map((sample) => sample.method)).size);
  const panels = histogramPanels(histograms, {
    legend: false,
    // Three in a row are drawn narrower, so that their text is as large as elsewhere.
    width: across === 3 ? 230 : 330,
    ...(methods && { methods }),
  });
  const sets = [...new Set(panels.map((panel) => panel.set))];
  return figureSection({
    id: "histograms",
    heading: "Cosine of matching and other pairs",
    caption:
      "The further the two colours lie apart, the better a threshold on the cosine separates them. " +
      "Heights are shares of the pairs of one label; all panels share their axes.",
    legend: [
      { label: "match", kind: "first", shape: "square" },
      { label: "no match", kind: "second", shape: "square" },
      { label: "threshold", kind: "dash" },
    ],
    rows: sets.map((set) => panels.filter((panel) => panel.set === set).map(({ spec }) => spec)),
    across,
  });
}
