/** A dashed vertical line at a value of the x axis, with a label on whichever side has more room. */
export interface MarkedLine {
  /** What the value is called in the specification's data. */
  readonly name: string;
  readonly value: number;
  readonly label: string;
  /** Shown when the pointer rests on the line. */
  readonly hover: string;
  readonly color: string;
  /** Ends of the x axis. */
  readonly range: { readonly from: number; readonly to: number };
}

/** The Vega-Lite layers of a {@link MarkedLine}. */
export function markedLine({ name, value, label, hover, color, range }: MarkedLine): unknown[] {
  const left = value > (range.from + range.to) / 2;
  const x = { field: name, type: "quantitative" };
  return [
    {
      data: { values: [{ [name]: value, hover }] },
      mark: { type: "rule", strokeDash: [4, 3], strokeWidth: 1.5, color },
      encoding: { x, description: { field: "hover" }, tooltip: { field: "hover" } },
    },
    {
      data: { values: [{ [name]: value, text: label }] },
      mark: {
        type: "text",
        align: left ? "right" : "left",
        dx: left ? -5 : 5,
        y: 6,
        fontSize: 11,
        color,
      },
      encoding: { x, text: { field: "text" } },
    },
  ];
}
