import { checkReportData } from "../check.js";
import { html, trusted, type Html } from "../html.js";
import type { ReportData, ReportDecision, ReportFact } from "../report-data.js";
import { pageSections } from "./page-sections.js";
import { pageStyle } from "./page-style.js";

/**
 * A page that shows what a customised embedding changed: the decision, the table of figures, the plots, an example. One
 * string of HTML that holds everything: no script, no network, light and dark, readable on a phone, printable.
 * Drawing needs the optional packages `vega` and `vega-lite`.
 *
 * Texts are escaped wherever they stand. The same data give the same string.
 *
 * @throws RangeError when a figure is not finite or out of range, a sample is empty, or there is nothing to show at all.
 * @throws Error when there are plots to draw and vega or vega-lite is not installed.
 */
export async function renderReport(data: ReportData): Promise<string> {
  checkReportData(data, "renderReport");
  const {
    title = "Customised embeddings: before and after",
    subtitle,
    decision,
    facts = [],
  } = data;
  const sections: Html[] = [];
  for (const section of pageSections) sections.push(await section(data));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${trusted(pageStyle())}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${subtitle === undefined ? html`` : html`<p class="muted">${subtitle}</p>`}
          ${decision === undefined ? html`` : verdictLine(decision)} ${factList(facts)}
        </header>
        <main>${sections}</main>
        <footer>Made with embedtune.</footer>
      </body>
    </html> `;
  return page.markup;
}

/** The words are the decision's own: nothing on the page judges for itself. */
function verdictLine({ sentence }: ReportDecision): Html {
  return html`<p class="verdict"><strong>Verdict.</strong> ${sentence}</p>`;
}

function factList(facts: readonly ReportFact[]): Html {
  if (facts.length === 0) return html``;
  return html`<dl class="facts">
    ${facts.map(
      ({ label, value }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
