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

const rowHeight = 30;

/** Gains with their intervals, one above the other, against the line of no change. */
export function drawIntervals(
  rows: readonly IntervalRow[],
  { description, title }: { readonly description: string; readonly title: string },
): Html {
  const height = rows.length * rowHeight + 48;
  const box = { ...chartBox({ height, left: 12 }), top: 6 };
  const x = linearAxis({
    title,
    domain: [
      Math.min(0, ...rows.map(({ low }) => low)),
      Math.max(0, ...rows.map(({ high }) => high)),
    ],
    range: [box.left + 6, box.right - 6],
    ticks: 4,
  });
  const zero = px(x.place(0));
  return drawChart(
    box,
    description,
    html`${x.ticks.map(({ value, label }) => {
        const at = px(x.place(value));
        return html`<line
            class="grid"
            x1="${at}"
            x2="${at}"
            y1="${box.top}"
            y2="${box.bottom}"
          /><text class="tick" text-anchor="middle" x="${at}" y="${box.bottom + 14}"
            >${label}</text
          >`;
      })}
      <line class="domain" x1="${zero}" x2="${zero}" y1="${box.top}" y2="${box.bottom}" />
      <text
        class="axis-title"
        text-anchor="middle"
        x="${px((box.left + box.right) / 2)}"
        y="${box.bottom + 31}"
      >
        ${x.title}
      </text>
      ${rows.map((row, i) => {
        const y = box.top + i * rowHeight + 22;
        const ink = row.chosen ? "after" : "before";
        return html`<g>
          <text class="row-label${row.chosen ? " strong" : ""}" x="${box.left}" y="${y - 9}">
            ${shorten(row.label, 36)}
          </text>
          <text class="value" text-anchor="end" x="${box.right}" y="${y - 9}"
            >${interval(row)}</text
          >
          <line
            class="curve ${ink}"
            x1="${px(x.place(row.low))}"
            x2="${px(x.place(row.high))}"
            y1="${y}"
            y2="${y}"
          />
          <circle class="dot ${ink}" cx="${px(x.place(row.gain))}" cy="${y}" r="4" />
        </g>`;
      })}`,
  );
}
