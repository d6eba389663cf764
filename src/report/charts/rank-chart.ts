import { html, type Html } from "../html.js";
import { shorten } from "../format.js";
import { chartBox, drawChart, logAxis, px } from "./axes.js";

/** One question of the chart. */
export interface RankChange {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

const rowHeight = 34;

/** A dumbbell per question: the rank of its right passage before and after, the first place at the left. */
export function drawRankChanges(
  rows: readonly RankChange[],
  { description, worst }: { readonly description: string; readonly worst: number },
): Html {
  const height = rows.length * rowHeight + 44;
  const box = { ...chartBox({ height, left: 12 }), top: 4 };
  // What stands behind the last dot needs room, about 6.5 pixels a character.
  const longest = Math.max(...rows.map(({ before, after }) => `${before} → ${after}`.length));
  const x = logAxis({
    title: "rank of the right passage (1 is first)",
    domain: [1, worst],
    range: [box.left, box.right - 12 - 6.5 * longest],
  });
  const guides = x.ticks.map(({ value, label }) => {
    const at = px(x.place(value));
    return html`<line class="grid" x1="${at}" x2="${at}" y1="${box.top}" y2="${box.bottom}" /><text
        class="tick"
        text-anchor="middle"
        x="${at}"
        y="${box.bottom + 14}"
      >
        ${label}
      </text>`;
  });
  const dumbbells = rows.map(({ label, before, after }, i) => {
    const y = box.top + i * rowHeight + 23;
    const [from, to] = [x.place(before), x.place(after)];
    const kind = after < before ? "won" : "lost";
    return html`<g>
      <text class="row-label" x="${box.left}" y="${y - 11}">${shorten(label, 58)}</text>
      <line class="change ${kind}" x1="${px(from)}" x2="${px(to)}" y1="${y}" y2="${y}" />
      <circle class="dot before" cx="${px(from)}" cy="${y}" r="4" />
      <circle class="dot after" cx="${px(to)}" cy="${y}" r="4" />
      <text class="tick" x="${px(Math.max(from, to) + 8)}" y="${y}" dy=".32em">
        ${before} → ${after}
      </text>
    </g>`;
  });
  return drawChart(
    box,
    description,
    html`${guides}
      <text
        class="axis-title"
        text-anchor="middle"
        x="${px((box.left + box.right) / 2)}"
        y="${box.bottom + 30}"
      >
        ${x.title}
      </text>
      ${dumbbells}`,
  );
}
