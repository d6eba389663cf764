import { html, type Html } from "../html.js";
import { figure } from "../../tune/verdict/words.js";
import { chartBox, drawAxes, drawChart, linearAxis, px, type Box } from "./axes.js";

export interface HistogramChart {
  readonly description: string;
  /** Edges of the bins, one more than there are. */
  readonly edges: ArrayLike<number>;
  /** Share of the right passages per bin. */
  readonly right: ArrayLike<number>;
  /** Share of the wrong ones. */
  readonly wrong: ArrayLike<number>;
  /** The highest share of all panels that are to be compared. */
  readonly highest: number;
  /** Drawn as a line; `null` for none. */
  readonly threshold: number | null;
}

/** Two histograms over each other, each of area 1: filled and outlined, so that both are seen where they overlap. */
export function drawHistogram({
  description,
  edges,
  right,
  wrong,
  highest,
  threshold,
}: HistogramChart): Html {
  const box = chartBox({ height: 200 });
  const x = linearAxis({
    title: "cosine",
    domain: [edges[0], edges[edges.length - 1]],
    range: [box.left, box.right],
    // A cosine axis that goes on to 1.2 would raise questions.
    rounded: false,
  });
  // Headroom, for the threshold's value above the bars.
  const y = linearAxis({
    title: "share of passages",
    domain: [0, highest * 1.2],
    range: [box.bottom, box.top],
    ticks: 4,
  });
  const outline = (shares: ArrayLike<number>): string => {
    let path = `M${px(x.place(edges[0]))},${px(box.bottom)}`;
    for (let i = 0; i < shares.length; i++) {
      path += `V${px(y.place(shares[i]))}H${px(x.place(edges[i + 1]))}`;
    }
    return `${path}V${px(box.bottom)}Z`;
  };
  const line =
    threshold === null || threshold < edges[0] || threshold > edges[edges.length - 1]
      ? ""
      : drawThreshold(threshold, x.place(threshold), box);
  return drawChart(
    box,
    description,
    html`${drawAxes(box, x, y)}
      <path class="bars wrong" d="${outline(wrong)}" />
      <path class="bars right" d="${outline(right)}" />
      ${line}`,
  );
}

/** With its value, on the side where there is room. */
function drawThreshold(threshold: number, at: number, { left, right, top, bottom }: Box): Html {
  const inRightHalf = at > (left + right) / 2;
  return html`<line
      class="threshold"
      x1="${px(at)}"
      x2="${px(at)}"
      y1="${top}"
      y2="${bottom}"
    /><text
      class="threshold-label"
      text-anchor="${inRightHalf ? "end" : "start"}"
      x="${px(at + (inRightHalf ? -5 : 5))}"
      y="${top + 8}"
      >${`threshold ${figure(threshold)}`}</text
    >`;
}
