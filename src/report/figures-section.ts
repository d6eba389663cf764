import { distributionSpec } from "./distribution-spec.js";
import { histogramPanels } from "./histogram-spec.js";
import { html, trusted, type Html } from "./html.js";
import { latentSpec } from "./latent-spec.js";
import { renderSvg } from "./render-svg.js";
import type { LatentView, ReportData } from "./report-data.js";
import { trainingPanels } from "./training-spec.js";
import type { VegaLiteSpec } from "./vega-lite.js";

interface LegendEntry {
  readonly label: string;
  readonly kind: "first" | "second" | "line" | "dash";
  readonly shape?: "circle" | "square";
}

/** Every plot the data have, as figures that lay themselves out in as many columns as fit. */
export async function figureSections(data: ReportData): Promise<Html> {
  const parts: Html[] = [];
  const { histograms = [], latent, training, methods, distributions = [] } = data;
  if (histograms.length > 0) {
    const panels = histogramPanels(histograms, { legend: false, ...(methods && { methods }) });
    parts.push(
      await figure({
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
        specs: panels.map((panel) => panel.spec),
        // A row per set, so that before and after stand side by side.
        across: Math.min(3, new Set(panels.map((panel) => panel.method)).size),
      }),
    );
  }
  const views = [
    latent?.before && { title: "before", ...latent.before },
    latent?.after && { title: "after", ...latent.after },
  ].filter((view) => view !== undefined);
  if (views.length > 0) {
    parts.push(
      await figure({
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
        specs: views.flatMap(latentSpecs),
        across: 2,
      }),
    );
  }
  if (training !== undefined) {
    parts.push(
      await figure({
        id: "training",
        heading: "Training",
        caption: "Loss and accuracy by epoch. The dashed line marks the epoch that was kept.",
        legend: [
          { label: "train", kind: "second", shape: "circle" },
          { label: "validation", kind: "first", shape: "circle" },
        ],
        specs: trainingPanels(training, { legend: false }),
      }),
    );
  }
  if (distributions.length > 0) {
    parts.push(
      await figure({
        id: "data",
        heading: "The data",
        caption: "How the data are distributed; the dashed line marks the median.",
        legend: [],
        specs: distributions.map((values) => distributionSpec(values)),
      }),
    );
  }
  return html`${parts}`;
}

/** One plot of a flat view; of a solid one two, from directions at right angles: together they leave no doubt of depth. */
function latentSpecs(view: LatentView): VegaLiteSpec[] {
  if (view.points[0].z === undefined) return [latentSpec(view, { legend: false })];
  return [30, 120].map((azimuth) =>
    latentSpec({ ...view, title: `${view.title}, from ${azimuth}°` }, { legend: false, azimuth }),
  );
}

async function figure({
  id,
  heading,
  caption,
  legend,
  specs,
  across = Math.min(2, specs.length),
}: {
  id: string;
  heading: string;
  caption: string;
  legend: readonly LegendEntry[];
  specs: readonly VegaLiteSpec[];
  across?: number;
}): Promise<Html> {
  const drawings: Html[] = [];
  for (const spec of specs) drawings.push(trusted(await renderSvg(spec)));
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    <figure>
      ${legend.length === 0 ? html`` : html`<p class="legend" aria-hidden="true">${legend.map(swatch)}</p>`}
      <div class="panels across-${across}">
        ${drawings.map((svg) => html`<div class="panel">${svg}</div>`)}
      </div>
      <figcaption>${caption}</figcaption>
    </figure>
  </section>`;
}

function swatch({ label, kind, shape }: LegendEntry): Html {
  return html`<span class="key"><span class="swatch ${kind} ${shape ?? ""}"></span>${label}</span>`;
}
