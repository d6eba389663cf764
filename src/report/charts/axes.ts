import { scaleLinear, scaleLog } from "d3-scale";
import { html, type Html } from "../html.js";

/** Where the plotting area lies, in units of the picture, which are pixels at its own size. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The size of all charts: a phone shows it as it is. */
export function chartBox({
  width = 400,
  height = 240,
  left = 50,
  bottom = 38,
}: { width?: number; height?: number; left?: number; bottom?: number } = {}): Box {
  return { width, height, left, right: width - 12, top: 12, bottom: height - bottom };
}

export interface Axis {
  readonly title: string;
  /** From a value to a place in the picture. */
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

export interface AxisOptions {
  readonly title: string;
  readonly domain: readonly [from: number, to: number];
  /** Places of both ends. */
  readonly range: readonly [from: number, to: number];
  /** About how many. @default 5 */
  readonly ticks?: number;
  /** Whether the domain is widened to round numbers. @default true */
  readonly rounded?: boolean;
}

export function linearAxis({
  title,
  domain: [from, to],
  range,
  ticks = 5,
  rounded = true,
}: AxisOptions): Axis {
  // A domain of one value has no width to draw.
  const domain = from === to ? [from - leastReach, to + leastReach] : [from, to];
  const scale = scaleLinear().domain(domain).range(range);
  if (rounded) scale.nice(ticks);
  const format = scale.tickFormat(ticks);
  return {
    title,
    place: scale,
    // With the minus of the figures beside it.
    ticks: scale
      .ticks(ticks)
      .map((value) => ({ value, label: format(value).replace("\u2212", "-") })),
  };
}

const leastReach = 0.05;

/** From 1 on, in powers of ten and their thirds: of ranks and counts. */
export function logAxis({ title, domain: [from, to], range }: AxisOptions): Axis {
  const scale = scaleLog()
    .domain([from, Math.max(to, from * 1.5)])
    .range(range);
  const marks = [1, 3].flatMap((m) => [0, 1, 2, 3, 4, 5, 6].map((e) => m * 10 ** e));
  return {
    title,
    place: scale,
    ticks: marks
      .filter((value) => value >= from && value <= to)
      .sort((a, b) => a - b)
      .map((value) => ({ value, label: value.toLocaleString("en-US") })),
  };
}

/** A coordinate as it is written: a tenth of a pixel is below what anybody sees. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Grid, tick labels and titles. */
export function drawAxes(box: Box, x: Axis, y: Axis): Html {
  const { left, right, top, bottom } = box;
  return html`<g class="axes">
    ${y.ticks.map(({ value, label }) => {
      const at = px(y.place(value));
      return html`<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}" /><text
          class="tick"
          text-anchor="end"
          x="${left - 6}"
          y="${at}"
          dy=".32em"
        >
          ${label}
        </text>`;
    })}
    ${x.ticks.map(({ value, label }) => {
      const at = px(x.place(value));
      return html`<line
          class="tick-mark"
          x1="${at}"
          x2="${at}"
          y1="${bottom}"
          y2="${bottom + 4}"
        /><text class="tick" text-anchor="middle" x="${at}" y="${bottom + 15}"> ${label} </text>`;
    })}
    <line class="domain" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" />
    <text class="axis-title" text-anchor="middle" x="${px((left + right) / 2)}" y="${bottom + 31}">
      ${x.title}
    </text>
    <text
      class="axis-title"
      text-anchor="middle"
      transform="translate(10 ${px((top + bottom) / 2)}) rotate(-90)"
    >
      ${y.title}
    </text>
  </g>`;
}

/** The picture around its parts, with the words for those who do not see it. */
export function drawChart(box: Box, description: string, parts: Html): Html {
  return html`<svg
    class="chart"
    viewBox="0 0 ${box.width} ${box.height}"
    role="img"
    aria-label="${description}"
  >
    ${parts}
  </svg>`;
}
