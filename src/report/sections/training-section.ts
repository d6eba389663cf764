import { html, type Html } from "../html.js";
import { trainingPanels } from "../plots/training-spec.js";
import type { ReportData } from "../report-data.js";
import { figureSection } from "./figure.js";

/** Loss and accuracy by epoch. */
export async function trainingSection({ training }: ReportData): Promise<Html> {
  if (training === undefined) return html``;
  return figureSection({
    id: "training",
    heading: "Training",
    caption: "Loss and accuracy by epoch. The dashed line marks the epoch that was kept.",
    legend: [
      { label: "train", kind: "second", shape: "circle" },
      { label: "validation", kind: "first", shape: "circle" },
    ],
    rows: [trainingPanels(training, { legend: false })],
  });
}
