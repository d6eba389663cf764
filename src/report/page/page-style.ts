import { colors } from "../plots/vega-lite.js";

/** What the page adds to the plots' colours: a colour per purpose, distinct under every kind of colour vision. */
export const lightColors = {
  ...colors,
  lineStrong: "#6e7781",
  before: "#59636e",
  after: colors.first,
  right: colors.mark,
  wrong: colors.second,
  won: colors.first,
  lost: "#b84a00",
  overlap: "#8a7f5c",
  slice0: colors.first,
  slice1: "#b84a00",
  slice2: colors.mark,
  slice3: "#a8487f",
  slice4: "#8a6a00",
  slice5: "#5b4bb0",
} as const;

export const darkColors: Readonly<Record<keyof typeof lightColors, string>> = {
  first: "#56b4e9",
  second: "#f0924c",
  ink: "#e6edf3",
  mutedInk: "#9ba7b4",
  line: "#4a525c",
  grid: "#2a3038",
  mark: "#4cc9a0",
  lineStrong: "#8b949e",
  before: "#9ba7b4",
  after: "#56b4e9",
  right: "#4cc9a0",
  wrong: "#f0924c",
  won: "#56b4e9",
  lost: "#f0924c",
  overlap: "#a39a78",
  slice0: "#56b4e9",
  slice1: "#f0924c",
  slice2: "#4cc9a0",
  slice3: "#e39bc4",
  slice4: "#e6c33d",
  slice5: "#a99bf0",
};

/** What text stands on: the page, a panel. */
export const lightSurfaces = { paper: "#ffffff", panel: "#f6f8fa" } as const;
export const darkSurfaces = { paper: "#0d1117", panel: "#161b22" } as const;

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

const inks = ["before", "after", "right", "wrong", "won", "lost"] as const;
const strokes = (): string =>
  inks
    .map(
      (ink) =>
        `.curve.${ink}, .change.${ink} { stroke: var(--${ink}); } .dot.${ink} { fill: var(--${ink}); } .band.${ink} { fill: var(--${ink}); } .bars.${ink} { fill: var(--${ink}); stroke: var(--${ink}); }`,
    )
    .join("\n");
const tints = (): string =>
  [1, 2, 3, 4]
    .map((step) =>
      (["won", "lost", "same"] as const)
        .map((kind) => {
          const ink = kind === "same" ? "mutedInk" : kind;
          return `.${kind}.tint-${step} { background: color-mix(in srgb, var(--${ink}) ${step * 9}%, transparent); }`;
        })
        .join(" "),
    )
    .join("\n");

/** Of the charts alone, which also stand by themselves. */
export const chartStyle =
  (): string => `svg text { fill: var(--mutedInk); font-size: 11px; paint-order: stroke; stroke: var(--panel); stroke-width: 3px; stroke-linejoin: round; }
svg text.value { font-size: 10px; }
svg text.row-label { fill: var(--ink); } svg text.strong { font-weight: 700; }
svg text.threshold-label { fill: var(--ink); }
.track { fill: var(--paper); } .grid { stroke: var(--grid); } .domain { stroke: var(--lineStrong); } .tick-mark { stroke: var(--line); }
.curve { fill: none; stroke-width: 2; } .curve.before { stroke-dasharray: 5 3; } line.curve.before { stroke-dasharray: none; }
.swatch .curve.before { stroke-dasharray: 5 3; }
.curve.chance { stroke: var(--lineStrong); stroke-width: 1; stroke-dasharray: 1 3; }
.change { stroke-width: 2.5; opacity: .75; }
.dot.before { fill: var(--paper); stroke: var(--before); stroke-width: 2; }
.band { opacity: .16; }
.bars { fill-opacity: .35; stroke-width: 1.2; } .change-bar .bars { fill-opacity: 1; stroke: none; }
.bars.overlap { fill: var(--overlap); fill-opacity: .75; stroke: var(--overlap); }
.bars.unchanged { fill: var(--line); } .dot.unchanged { fill: var(--mutedInk); } .passage { fill: var(--lineStrong); }
.threshold { stroke: var(--ink); stroke-dasharray: 4 3; stroke-width: 1.4; } .curve.threshold { stroke: var(--ink); stroke-dasharray: 4 3; }
${strokes().replace(".dot.before { fill: var(--before); }", "")}
`;

/** Light and dark by the reader's setting, one column on a phone, a few full pages on paper. */
export const pageStyle = (): string => `
:root { color-scheme: light dark; ${variables(lightColors)} ${variables(lightSurfaces)} }
@media (prefers-color-scheme: dark) { :root { ${variables(darkColors)} ${variables(darkSurfaces)} } }
@media print { :root { color-scheme: light; ${variables(lightColors)} ${variables(lightSurfaces)} } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
#decision { margin-top: 0; padding-top: 0; border: 0; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: 0 0 .75rem; max-width: 52rem; }
a { color: var(--first); }
:focus-visible { outline: 3px solid var(--first); outline-offset: 2px; }
.muted, figcaption, caption, .meaning, .figures { color: var(--mutedInk); font-size: .9rem; }
.meaning, .figures { display: block; font-weight: 400; font-size: .85rem; line-height: 1.35; }
.verdict strong { font-size: 1.3rem; }
.verdict.use-it strong { color: var(--mark); } .verdict.leave-it strong { color: var(--lost); }
.verdict { max-width: none; border-left: 5px solid var(--lineStrong); background: var(--panel); padding: .9rem 1.1rem; margin: 1rem 0; border-radius: 0 6px 6px 0; font-size: 1.15rem; line-height: 1.45; }
.verdict.use-it { border-color: var(--mark); }
.verdict.leave-it { border-color: var(--lost); }
pre { background: var(--panel); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; font-size: .88rem; line-height: 1.5; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
.form { margin-bottom: .5rem; max-width: 52rem; }
.won { color: var(--won); } .lost { color: var(--lost); } .right { color: var(--right); }
.beside { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }
.changes { margin: 1rem 0 .4rem; max-width: none; }
.change-bar { display: block; width: 100%; height: 14px; border-radius: 3px; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { padding: .4rem .6rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--grid); }
td, thead th { overflow-wrap: normal; }
th:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--mutedInk); font-weight: 600; font-size: .85rem; border-bottom-color: var(--line); vertical-align: bottom; }
tbody th { font-weight: 600; }
.nowrap { white-space: nowrap; }
.scroll { overflow-x: auto; } .scroll table:not(.questions):not(.reviews):not(.transitions) tbody th { min-width: 9rem; overflow-wrap: break-word; }
.questions, .reviews { font-size: .88rem; line-height: 1.4; table-layout: fixed; }
.questions td, .questions th, .reviews td, .reviews th { overflow-wrap: anywhere; }
.questions th, .questions td, .reviews th, .reviews td { text-align: start; }
.questions th:first-child, .questions td.rank { width: 4.75rem; padding-left: 0; white-space: nowrap; font-weight: 600; }
.transitions { max-width: 40rem; } .transitions td { border: 1px solid var(--grid); color: var(--ink); }
.transitions td, .transitions thead th:not(:first-child) { text-align: center; }
.transitions th { white-space: nowrap; }
.clamped .excerpt { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: .5rem 0; font-size: .92rem; }
.choice { display: inline-flex; gap: .4rem; align-items: center; }
.controls[hidden] { display: none; }
button, input, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--lineStrong); border-radius: 6px; padding: .3rem .65rem; max-width: 100%; }
input[type="search"] { min-width: min(20rem, 100%); }
button { cursor: pointer; } button:disabled { color: var(--mutedInk); border-color: var(--line); cursor: default; }
button.sort { border: 0; background: none; padding: 0; font-weight: 600; text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 3px; text-align: start; }
[aria-sort="ascending"] .sort::after { content: " ↑"; } [aria-sort="descending"] .sort::after { content: " ↓"; }
figure { margin: 0 0 1rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); gap: 1rem; }
.panels.alone { grid-template-columns: minmax(0, 30rem) minmax(0, 1fr); align-items: start; gap: 1rem 2rem; }
.panel { background: var(--panel); border-radius: 8px; padding: .75rem; break-inside: avoid; min-width: 0; }
.chart { display: block; width: 100%; height: auto; max-width: 28rem; margin: 0 auto; }
.chart-title { margin: 0 0 .25rem; font-weight: 600; font-size: .95rem; text-align: center; }
figcaption { margin-top: .6rem; max-width: 52rem; }
details { margin: .6rem 0; } summary { cursor: pointer; font-size: .9rem; color: var(--mutedInk); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .6rem; font-size: .9rem; max-width: none; }
.key { display: inline-flex; align-items: center; gap: .4rem; }
.swatch { width: 22px; height: 14px; flex: none; } .keys { display: contents; }
.blob { width: 10px; height: 10px; margin: 0 6px; border-radius: 50%; background: var(--mutedInk); }
${[0, 1, 2, 3, 4, 5].map((slice) => `.blob.slice${slice} { background: var(--slice${slice}); }`).join(" ")}
${chartStyle()}${tints()}
canvas.map { display: block; width: 100%; aspect-ratio: 17 / 13; touch-action: pan-y; border-radius: 4px; cursor: crosshair; }
.detail { min-height: 8rem; margin-top: .75rem; padding: .75rem 1rem; background: var(--panel); border-radius: 8px; font-size: .92rem; }
.detail p { margin-bottom: .4rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem 1.5rem; margin: 0; }
.facts dt { color: var(--mutedInk); font-size: .85rem; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.glossary { columns: 24rem 2; column-gap: 2rem; margin: 0; } .glossary div { break-inside: avoid; margin-bottom: .6rem; }
.glossary dt { font-weight: 600; } .glossary dd { margin: 0; font-size: .92rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--mutedInk); font-size: .88rem; }
@media (max-width: 48rem) {
  body { padding: 1rem .75rem 2rem; }
  .beside, .panels.alone { grid-template-columns: minmax(0, 1fr); }
  .panel { padding: .5rem .25rem; }
  .gains tr { display: grid; grid-template-columns: 4rem 4rem 1fr; border-bottom: 1px solid var(--grid); }
  .gains th, .gains td { border: 0; padding-left: 0; } .gains tbody th { grid-column: 1 / -1; padding-bottom: 0; } .gains thead th:first-child { display: none; } .gains td, .gains thead th { text-align: left; }
  .questions, .questions caption, .questions tbody, .questions tr, .questions th, .questions td, .reviews, .reviews caption, .reviews tbody, .reviews tr, .reviews th, .reviews td { display: block; }
  .questions thead tr { display: flex; flex-wrap: wrap; gap: .25rem 1rem; } .questions thead th { border: 0; padding: .2rem 0; }
  .questions thead th:not([data-key]), .reviews thead { display: none; }
  .questions tbody tr, .reviews tbody tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .questions tbody th, .questions tbody td, .reviews tbody th, .reviews tbody td { border: 0; padding: .1rem 0; width: auto; }
  .questions tbody td::before, .reviews tbody td::before { content: attr(data-label) ": "; color: var(--mutedInk); font-weight: 400; }
  .questions .figures { display: inline; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; scroll-behavior: auto !important; } }
@media print {
  @page { margin: 12mm; }
  html { font-size: 8.1pt; }
  body { max-width: none; padding: 0; line-height: 1.35; }
  h2 { margin: 1.2rem 0 .5rem; padding-top: .5rem; } h3 { margin: .8rem 0 .3rem; }
  h2, h3, .legend, .chart-title, caption, thead { break-after: avoid; } table:not(.questions):not(.reviews) { break-inside: avoid; }
  section > p { orphans: 4; widows: 4; } p:has(+ figure, + .legend, + .panels, + .scroll) { break-after: avoid; }
  p { margin-bottom: .4rem; max-width: none; } figcaption, .form { max-width: none; }
  .verdict { font-size: 1.2rem; margin: .5rem 0; padding: .5rem .8rem; border: 1px solid var(--line); border-left-width: 5px; }
  th, td { padding: .15rem .4rem; } .meaning, .figures { display: inline; }
  .questions, .reviews { font-size: .82rem; line-height: 1.25; }
  .questions tbody tr:nth-child(n+6), .reviews tbody tr:nth-child(n+4) { display: none; }
  .controls, details, .detail, noscript { display: none; }
  tr, .panel, .facts div { break-inside: avoid; }
  .panels, .panels.alone { grid-template-columns: 1fr 1fr; gap: .6rem; }
  .panel { padding: .4rem; border: 1px solid var(--line); background: none; } svg text { stroke: var(--paper); }
  .chart { max-width: 56mm; } canvas.map { max-width: 60mm; margin: 0 auto; }
  .panels.alone { grid-template-columns: 62mm 1fr; } .panels.alone table { font-size: .85rem; }
  .facts { grid-template-columns: repeat(5, 1fr); gap: .3rem .8rem; }
  .glossary { columns: 2; } .glossary div { margin-bottom: .3rem; }
  a { color: inherit; text-decoration: none; } a[href^="http"]::after { content: " (" attr(href) ")"; }
  footer { margin-top: 1rem; padding-top: .5rem; }
}
`;
