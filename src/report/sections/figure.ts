import { html, trusted, type Html } from "../html.js";
import { renderSvg } from "../plots/render-svg.js";
import type { VegaLiteSpec } from "../plots/vega-lite.js";

/** What a colour or a stroke of the plots stands for. */
export interface LegendEntry {
  readonly label: string;
  readonly kind: "first" | "second" | "line" | "dash";
  readonly shape?: "circle" | "square";
}

/** A section of plots under one heading. */
export interface Figure {
  /** Of the heading, unique on the page. */
  readonly id: string;
  readonly heading: string;
  readonly caption: string;
  /** The colours of all plots, named once; the plots themselves are drawn without a legend. */
  readonly legend: readonly LegendEntry[];
  readonly rows: readonly (readonly VegaLiteSpec[])[];
  /** Plots side by side on a wide page: 1 to 3. @default as many as the first row has, at most 2 */
  readonly across?: number;
}

/** Draws the plots of a figure and lays them out in as many columns as fit. */
export async function figureSection({
  id,
  heading,
  caption,
  legend,
  rows,
  across = Math.min(2, rows[0].length),
}: Figure): Promise<Html> {
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
