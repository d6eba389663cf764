import { checkDecision } from "../check-decision.js";
import { mapQuestions } from "../figures/question-map.js";
import { html, trusted } from "../html.js";
import { readReport, type Report } from "../read-report.js";
import type { ReportedDecision, ReportOptions } from "../reported-decision.js";
import { choiceSection } from "../sections/choice-section.js";
import { cosineSection } from "../sections/cosine-section.js";
import { decisionSection } from "../sections/decision-section.js";
import { factsSection } from "../sections/facts-section.js";
import { mapSection } from "../sections/map-section.js";
import { questionSection } from "../sections/question-section.js";
import { retrievalSection } from "../sections/retrieval-section.js";
import { reviewSection } from "../sections/review-section.js";
import { compress, integrityOf } from "./compress.js";
import { pageStyle } from "./page-style.js";
import { payloadOf } from "./payload.js";
import { pageScript } from "./script.generated.js";

/**
 * The page that a team passes round to decide: the verdict in its own words, what changed for which question, how the
 * candidate was chosen, and what was done. One string of HTML that holds everything. It makes no request, runs no script
 * but its own (named by its hash in a content security policy), is readable without it, light and dark, on a phone and on
 * paper. Needs no optional package.
 *
 * The page judges nothing: sentence and figures are the decision's, to the printed digit. Texts are escaped wherever they
 * stand. The same decision gives the same string on the same runtime.
 *
 * @param decision What `tune` or `fitAdapter` returned; more of the page is there the more it holds.
 * @throws RangeError where a field is not what it must be, e.g. a question that is not among the texts.
 */
export async function renderReport(
  decision: ReportedDecision,
  options: ReportOptions = {},
): Promise<string> {
  checkDecision(decision, options, "renderReport");
  const report = readReport(decision, options);
  const map = await mapQuestions(report);
  const payload = await compress(JSON.stringify(payloadOf(report, map)));
  const sections = [
    decisionSection(report),
    questionSection(report),
    reviewSection(report),
    retrievalSection(report),
    cosineSection(report),
    choiceSection(report),
    mapSection(report, map),
    factsSection(report),
  ];
  const { title = "Does customising the embedding help?" } = options;
  const style = pageStyle();
  const policy = [
    "default-src 'none'",
    `script-src '${await integrityOf(pageScript)}'`,
    `style-src '${await integrityOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <meta name="description" content="${decision.sentence}" />
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
        </header>
        <main>${sections}</main>
        <footer><p>${holds(report)}</p></footer>
        ${trusted(`<script type="application/octet-stream" id="page-data">${payload}</script>`)}
        ${trusted(`<script>${pageScript}</script>`)}
      </body>
    </html> `;
  return page.markup;
}

/** What the file holds, for whoever thinks of passing it on. */
function holds({ names, decision, options }: Report): string {
  const what = names.areTexts
    ? "This file holds the texts of the questions and passages it shows, cut at 200 characters, with ids, ranks and cosines; it holds no vectors"
    : "This file holds no text of any question or passage: only ids or row numbers, ranks and cosines";
  const places = decision.vectors === undefined ? "" : ", but for the places of points on the map";
  const given =
    (options.facts ?? []).length > 0 ? " The facts above were given by whoever made it." : "";
  return `${what}${places}. It makes no request and sends nothing.${given}`;
}
