import { html, type Html } from "../html.js";
import { latentSpec } from "../plots/latent-spec.js";
import type { VegaLiteSpec } from "../plots/vega-lite.js";
import type { LatentView, ReportData } from "../report-data.js";
import { figureSection } from "./figure.js";

/** Queries and passages before and after, side by side. */
export async function latentSection({ latent }: ReportData): Promise<Html> {
  const views = [
    latent?.before && named("before", latent.before),
    latent?.after && named("after", latent.after),
  ].filter((view) => view !== undefined);
  if (views.length === 0) return html``;
  return figureSection({
    id: "latent",
    heading: "Questions and passages in the latent space",
    caption:
      "Each line joins a question to its right passage: short lines mean that they lie near each other. " +
      "Rest the pointer on a point to read its text.",
    legend: [
      { label: "question", kind: "second", shape: "circle" },
      { label: "passage", kind: "first", shape: "square" },
      { label: "question to right passage", kind: "line" },
    ],
    rows: [views.flatMap(specsOf)],
    across: 2,
  });
}

function named(when: string, view: LatentView): LatentView {
  return { ...view, title: view.title === undefined ? when : `${when} · ${view.title}` };
}

/** One plot of a flat view; of a solid one two, from directions at right angles: together they leave no doubt of depth. */
function specsOf(view: LatentView): VegaLiteSpec[] {
  if (view.points[0].z === undefined) return [latentSpec(view, { legend: false })];
  return [30, 120].map((azimuth) =>
    latentSpec({ ...view, title: `${view.title}, from ${azimuth}°` }, { legend: false, azimuth }),
  );
}
