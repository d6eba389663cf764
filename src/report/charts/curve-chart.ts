import { area, curveLinear, curveStepAfter, line } from "d3-shape";
import { html, type Html } from "../html.js";
import { chartBox, drawAxes, drawChart, linearAxis, logAxis, px } from "./axes.js";

/** One line; `low` and `high` make a band about it. */
export interface Curve {
  /** What it is drawn in: a class of the page's style. */
  readonly ink: "before" | "after" | "chance";
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly low?: ArrayLike<number> | undefined;
  readonly high?: ArrayLike<number> | undefined;
  /** Whether points are marked. @default false */
  readonly dots?: boolean | undefined;
}

export interface CurveChart {
  readonly description: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly curves: readonly Curve[];
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** @default false */
  readonly logX?: boolean | undefined;
  /** Whether a value holds up to the next one, as in a ROC curve. @default false */
  readonly steps?: boolean | undefined;
}

/** Lines, with bands where they have them. */
export function drawCurves({
  description,
  xTitle,
  yTitle,
  curves,
  xDomain,
  yDomain,
  logX = false,
  steps = false,
}: CurveChart): Html {
  const box = chartBox();
  const x = (logX ? logAxis : linearAxis)({
    ...{ title: xTitle, domain: xDomain, range: [box.left, box.right] },
  });
  const y = linearAxis({ title: yTitle, domain: yDomain, range: [box.bottom, box.top] });
  const shape = steps ? curveStepAfter : curveLinear;
  const parts = curves.map((curve) => {
    const points = Array.from(curve.x, (_, i) => i);
    const { low, high } = curve;
    const path = line<number>()
      .x((i) => x.place(curve.x[i]))
      .y((i) => y.place(curve.y[i]))
      .curve(shape)
      .digits(1)(points);
    const band =
      low === undefined || high === undefined
        ? null
        : area<number>()
            .x((i) => x.place(curve.x[i]))
            .y0((i) => y.place(low[i]))
            .y1((i) => y.place(high[i]))
            .digits(1)(points);
    const dots = curve.dots
      ? points.map(
          (i) =>
            html`<circle
              class="dot ${curve.ink}"
              cx="${px(x.place(curve.x[i]))}"
              cy="${px(y.place(curve.y[i]))}"
              r="3"
            />`,
        )
      : [];
    return html`${band === null ? "" : html`<path class="band ${curve.ink}" d="${band}" />`}<path
        class="curve ${curve.ink}"
        d="${path ?? ""}"
      />${dots}`;
  });
  return drawChart(box, description, html`${drawAxes(box, x, y)}${parts}`);
}
