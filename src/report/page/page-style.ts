import { colors } from "../plots/vega-lite.js";

/** The same purposes on a dark page. */
export const darkColors: Readonly<Record<keyof typeof colors, string>> = {
  first: "#56b4e9",
  second: "#f0924c",
  ink: "#e6edf3",
  mutedInk: "#9ba7b4",
  line: "#4a525c",
  grid: "#2a3038",
  mark: "#4cc9a0",
};

/** Repaints what vega painted: an attribute is weaker than a style rule. */
const repaint = (): string =>
  (Object.keys(colors) as (keyof typeof colors)[])
    .flatMap((name) => [
      `svg [fill="${colors[name]}"] { fill: var(--${name}); }`,
      `svg [stroke="${colors[name]}"] { stroke: var(--${name}); }`,
    ])
    .join("\n");

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

/** What text stands on: the page, a panel, the highlighted row. */
export const lightSurfaces = { paper: "#ffffff", panel: "#f6f8fa", tint: "#e8f3fa" } as const;
export const darkSurfaces = { paper: "#0d1117", panel: "#161b22", tint: "#12283a" } as const;

/** The style of the page: light and dark by the reader's setting, one column on a phone, plain on paper. */
export const pageStyle = (): string => `
:root { color-scheme: light dark; ${variables(colors)} ${variables(lightSurfaces)} }
@media (prefers-color-scheme: dark) {
  :root { ${variables(darkColors)} ${variables(darkSurfaces)} }
}
@media print { :root { color-scheme: light; ${variables(colors)} --paper: #ffffff; --panel: #ffffff; --tint: #ffffff; } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 66rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; }
h4 { font-size: .95rem; margin: .75rem 0 .25rem; color: var(--mutedInk); }
p { margin: 0 0 .5rem; }
.muted, figcaption, caption { color: var(--mutedInk); font-size: .9rem; }
.verdict { border-left: 4px solid var(--mark); background: var(--panel); padding: .75rem 1rem; margin: 1rem 0; border-radius: 0 6px 6px 0; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 0; }
.facts div { min-width: 6rem; }
.facts dt { color: var(--mutedInk); font-size: .85rem; }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .6rem; }
th, td { padding: .4rem .6rem; text-align: right; border-bottom: 1px solid var(--grid); overflow-wrap: normal; }
th:first-child { text-align: left; padding-left: .6rem; }
thead th { color: var(--mutedInk); font-weight: 600; font-size: .85rem; border-bottom-color: var(--line); vertical-align: bottom; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
.set th { padding-top: 1.1rem; border-bottom-color: var(--line); }
tr.after { background: var(--tint); }
.badge { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: 0 .5rem; font-size: .78rem; font-weight: 500; color: var(--mutedInk); white-space: nowrap; }
.badge.after { border-color: var(--first); color: var(--first); }
.badge.mark { border-color: var(--mark); color: var(--mark); }
figure { margin: 0; }
.panels { display: grid; grid-template-columns: repeat(var(--across), minmax(0, 1fr)); gap: 1rem; }
.across-3 { --across: 3; } .across-2 { --across: 2; } .across-1 { --across: 1; }
.panel { background: var(--panel); border-radius: 8px; padding: .75rem; break-inside: avoid; }
.panel svg { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto; }
figcaption { margin-top: .6rem; }
.panels + .panels { margin-top: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .6rem; font-size: .9rem; }
.key { display: inline-flex; align-items: center; gap: .4rem; }
.swatch { width: .8rem; height: .8rem; display: inline-block; }
.swatch.first { background: var(--first); } .swatch.second { background: var(--second); }
.swatch.circle { border-radius: 50%; }
.swatch.line, .swatch.dash { width: 1.4rem; height: 0; border-top: 2px solid var(--mutedInk); }
.swatch.dash { border-top: 2px dashed var(--ink); }
.example { background: var(--panel); border-radius: 8px; padding: 1rem; margin-bottom: 1rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 2rem; }
.example ol { margin: 0; padding-left: 1.5rem; } .example li { margin-bottom: .6rem; padding: .1rem .5rem; border-left: 3px solid transparent; }
.example li.right { border-left-color: var(--mark); } .example li p { margin: 0; }
footer { margin-top: 3rem; color: var(--mutedInk); font-size: .85rem; }
@media (max-width: 54rem) {
  body { padding: 1rem .75rem 2rem; }
  table, caption, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  tbody tr.set { border: 0; }
  th, td { border: 0; padding: .1rem .6rem; }
  .set th { padding-top: .8rem; font-size: 1.05rem; }
  td { display: flex; justify-content: space-between; gap: 1rem; }
  td::before { content: attr(data-label); color: var(--mutedInk); }
  .panels { --across: 1; }
  .panel { padding: .5rem .25rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .panel, .example { border: 1px solid var(--line); } section { break-inside: avoid-page; }
  h2 { break-after: avoid; } table { font-size: 8.5pt; }
}
${repaint()}
`;
