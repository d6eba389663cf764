import { html, type Html } from "../html.js";

/** What a colour or a stroke of the charts stands for. */
export interface LegendEntry {
  readonly label: string;
  /** A class of the page's style. */
  readonly ink:
    "before" | "after" | "right" | "wrong" | "overlap" | "won" | "lost" | "chance" | "threshold";
  /** @default "line" */
  readonly shape?: "line" | "dot" | "box";
}

/** A table in the words and figures of a picture. */
export interface PlainTable {
  readonly columns: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** One picture or several of a kind, with what they show in words and, on demand, in figures. */
export interface Figure {
  readonly caption: string;
  readonly legend: readonly LegendEntry[];
  readonly charts: readonly { readonly title: string; readonly chart: Html }[];
  /** The figures of the pictures. */
  readonly table: PlainTable;
}

/** A longer table would make a picture's side a list. */
const mostBeside = 12;

/** Lays charts out side by side where the page is wide enough; beside a single one stands its table, if it is short. */
export function figureOf({ caption, legend, charts, table }: Figure): Html {
  const alone = charts.length === 1 && table.rows.length <= mostBeside;
  const figures = tableOf(table, "The figures of the picture");
  return html`<figure>
    ${legend.length === 0 ? "" : html`<p class="legend" aria-hidden="true">${legend.map(key)}</p>`}
    <div class="panels${charts.length === 1 ? " alone" : ""}">
      ${charts.map(
        ({ title, chart }) =>
          html`<div class="panel">
            ${title === "" ? "" : html`<p class="chart-title">${title}</p>`}${chart}
          </div>`,
      )}${alone ? figures : ""}
    </div>
    <figcaption>${caption}</figcaption>
    ${
      alone
        ? ""
        : html`<details>
            <summary>The same figures as a table</summary>
            ${figures}
          </details>`
    }
  </figure>`;
}

/** A table whose first column names the rows, in a frame that scrolls. */
export function tableOf({ columns, rows }: PlainTable, label: string): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${columns.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function key({ label, ink, shape = "line" }: LegendEntry): Html {
  const mark =
    shape === "dot"
      ? html`<circle class="dot ${ink}" cx="11" cy="7" r="4" />`
      : shape === "box"
        ? html`<rect class="bars ${ink}" x="3" y="1" width="16" height="12" />`
        : html`<line class="curve ${ink}" x1="1" x2="21" y1="7" y2="7" />`;
  return html`<span class="key"
    ><svg class="swatch" viewBox="0 0 22 14">${mark}</svg>${label}</span
  >`;
}
