import { shorten } from "../format.js";
import { html, type Html } from "../html.js";
import type { Gain } from "../../tune/verdict/decision.js";
import { interval } from "../../tune/verdict/words.js";
import { chartBox, drawChart, linearAxis, px } from "./axes.js";

export interface IntervalRow extends Gain {
  readonly label: string;
  /** Whether it is the one that all of this is about. @default false */
  readonly chosen?: boolean | undefined;
}

const rowHeight = 36;
const trackHeight = 14;

/** Gains with their intervals, each on a track of its own below its name, against the line of no change. */
export function drawIntervals(
  rows: readonly IntervalRow[],
  { description, title }: { readonly description: string; readonly title: string },
): Html {
  const height = rows.length * rowHeight + 44;
  const box = { ...chartBox({ height, left: 12 }), top: 4 };
  const x = linearAxis({
    title,
    domain: [
      Math.min(0, ...rows.map(({ low }) => low)),
      Math.max(0, ...rows.map(({ high }) => high)),
    ],
    // Labels of the outermost ticks need room beyond them.
    range: [box.left + 14, box.right - 14],
    ticks: 4,
  });
  const ticks = x.ticks.map(({ value, label }) => ({ label, at: px(x.place(value)) }));
  const zero = px(x.place(0));
  const upright = (kind: string, at: string, top: number): Html =>
    html`<line class="${kind}" x1="${at}" x2="${at}" y1="${top}" y2="${top + trackHeight}" />`;
  return drawChart(
    box,
    description,
    html`${rows.map((row, i) => {
        const ink = row.chosen ? "after" : "before";
        const base = box.top + i * rowHeight + 11;
        const top = base + 5;
        const y = top + trackHeight / 2;
        return html`<g>
          <text class="row-label${row.chosen ? " strong" : ""}" x="${box.left}" y="${base}">
            ${shorten(row.label, 36)}
          </text>
          <text class="value" text-anchor="end" x="${box.right}" y="${base}">${interval(row)}</text>
          <rect
            class="track"
            x="${box.left}"
            width="${box.right - box.left}"
            y="${top}"
            height="${trackHeight}"
          />
          ${ticks.map(({ at }) => upright("grid", at, top))}${upright("domain", zero, top)}
          <line
            class="curve ${ink}"
            x1="${px(x.place(row.low))}"
            x2="${px(x.place(row.high))}"
            y1="${y}"
            y2="${y}"
          />
          <circle class="dot ${ink}" cx="${px(x.place(row.gain))}" cy="${y}" r="4" />
        </g>`;
      })}
      ${ticks.map(
        ({ at, label }) =>
          html`<text class="tick" text-anchor="middle" x="${at}" y="${box.bottom + 12}"
            >${label}</text
          >`,
      )}
      <text
        class="axis-title"
        text-anchor="middle"
        x="${px((box.left + box.right) / 2)}"
        y="${box.bottom + 29}"
      >
        ${x.title}
      </text>`,
  );
}
