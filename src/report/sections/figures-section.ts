import { distributionSpec } from "../plots/distribution-spec.js";
import { histogramPanels } from "../plots/histogram-spec.js";
import { html, trusted, type Html } from "../page/html.js";
import { latentSpec } from "../plots/latent-spec.js";
import { renderSvg } from "../plots/render-svg.js";
import type { LatentView, ReportData } from "../report-data.js";
import { trainingPanels } from "../plots/training-spec.js";
import type { VegaLiteSpec } from "../plots/vega-lite.js";

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
    const across = Math.min(3, new Set(histograms.map((sample) => sample.method)).size);
    // Three in a row are drawn narrower, so that their letters are as large as elsewhere.
    const width = across === 3 ? 230 : 330;
    const panels = histogramPanels(histograms, {
      legend: false,
      width,
      ...(methods && { methods }),
    });
    const sets = [...new Set(panels.map((panel) => panel.set))];
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
        // A row per set, so that before and after stand side by side.
        rows: sets.map((set) =>
          panels.filter((panel) => panel.set === set).map(({ spec }) => spec),
        ),
        across,
      }),
    );
  }
  const views = [
    latent?.before && named("before", latent.before),
    latent?.after && named("after", latent.after),
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
        rows: [views.flatMap(latentSpecs)],
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
        rows: [trainingPanels(training, { legend: false })],
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
        rows: [distributions.map((values) => distributionSpec(values))],
      }),
    );
  }
  return html`${parts}`;
}

function named(when: string, view: LatentView): LatentView {
  return { ...view, title: view.title === undefined ? when : `${when} · ${view.title}` };
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
  rows,
  across = Math.min(2, rows[0].length),
}: {
  id: string;
  heading: string;
  caption: string;
  legend: readonly LegendEntry[];
  rows: readonly (readonly VegaLiteSpec[])[];
  across?: number;
}): Promise<Html> {
  const drawn: Html[] = [];
  for (const row of rows) {
    const panels: Html[] = [];
    for (const spec of row) {
      panels.push(html`<div class="panel">${trusted(await renderSvg(spec))}</div>`);
    }
    drawn.push(html`<div class="panels across-${across}">${panels}</div>`);
  }
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    <figure>
      ${legend.length === 0 ? html`` : html`<p class="legend" aria-hidden="true">${legend.map(swatch)}</p>`}
      ${drawn}
      <figcaption>${caption}</figcaption>
    </figure>
  </section>`;
}

function swatch({ label, kind, shape }: LegendEntry): Html {
  return html`<span class="key"><span class="swatch ${kind} ${shape ?? ""}"></span>${label}</span>`;
}
