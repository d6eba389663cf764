/**
 * A Vega-Lite specification as plain data: give it to vega-lite, vega-embed, a notebook or an editor. Kept free of
 * vega-lite's own types, so that reading these types needs no package.
 */
export interface VegaLiteSpec {
  readonly $schema: string;
  readonly [property: string]: unknown;
}

/** The options every plot takes. */
export interface PlotOptions {
  /** Of the plotting area, in pixels. */
  readonly width?: number | undefined;
  /** Of the plotting area, in pixels. */
  readonly height?: number | undefined;
  /** Whether the plot names its own colours; a page of several plots names them once instead. @default true */
  readonly legend?: boolean | undefined;
}

export const vegaLiteSchema = "https://vega.github.io/schema/vega-lite/v6.json";

/**
 * Okabe & Ito's colours, distinct under every kind of colour vision. A page may repaint them for a dark background: each
 * is used for one purpose only, so a style rule can find it by its value.
 */
export const colors = {
  /** A matching pair; a passage; the validation curve. */
  first: "#0072b2",
  /** A pair without a match; a query; the training curve. */
  second: "#d55e00",
  ink: "#1f2328",
  mutedInk: "#59636e",
  line: "#c3c9d0",
  grid: "#e6e9ec",
  mark: "#00785a",
} as const;

/**
 * A text to show as it is. Vega takes a title that is the name of an inherited property ("constructor") for one of its own
 * operators; with a blank at its end it shows the same and is none.
 */
export function shownText(text: string): string {
  return text in Object.prototype ? `${text} ` : text;
}

/** Fonts, axes and colours of every plot. */
export const plotConfig = {
  background: "transparent",
  // Without quotes, which CSS does not ask for here and resvg does not understand.
  font: "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, DejaVu Sans, sans-serif",
  view: { stroke: null },
  title: {
    anchor: "start",
    color: colors.ink,
    fontSize: 13,
    fontWeight: 600,
    subtitleColor: colors.mutedInk,
    subtitleFontSize: 11,
    offset: 8,
  },
  axis: {
    labelColor: colors.mutedInk,
    titleColor: colors.mutedInk,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domainColor: colors.line,
    tickColor: colors.line,
    gridColor: colors.grid,
    labelFlush: true,
  },
  legend: {
    orient: "top",
    labelColor: colors.ink,
    titleColor: colors.mutedInk,
    labelFontSize: 11,
  },
} as const;
