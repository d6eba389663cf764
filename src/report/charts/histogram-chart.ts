import { html, type Html } from "../html.js";
import { chartBox, drawAxes, drawChart, linearAxis, px } from "./axes.js";

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
  const box = chartBox({ height: 190 });
  const x = linearAxis({
    title: "cosine",
    domain: [edges[0], edges[edges.length - 1]],
    range: [box.left, box.right],
    // A cosine axis that goes on to 1.2 would raise questions.
    rounded: false,
  });
  // Headroom, so that no bar ends at the edge of the picture.
  const y = linearAxis({
    title: "share of passages",
    domain: [0, highest * 1.1],
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
      : html`<line
          class="threshold"
          x1="${px(x.place(threshold))}"
          x2="${px(x.place(threshold))}"
          y1="${box.top}"
          y2="${box.bottom}"
        />`;
  return drawChart(
    box,
    description,
    html`${drawAxes(box, x, y)}
      <path class="bars wrong" d="${outline(wrong)}" />
      <path class="bars right" d="${outline(right)}" />
      ${line}`,
  );
}
