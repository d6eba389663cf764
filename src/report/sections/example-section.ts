import { formatNumber, shorten } from "../format.js";
import { html, type Html } from "../html.js";
import type { ExampleRanking, ReportData, RetrievedPassage } from "../report-data.js";
import { examplesOf } from "../report-fields.js";

/** Questions with what was retrieved for them before and after. */
export function exampleSection(data: ReportData): Html {
  const examples = examplesOf(data);
  if (examples.length === 0) return html``;
  return html`<section aria-labelledby="examples">
    <h2 id="examples">What changes for a reader</h2>
    ${examples.map(
      ({ question, before, after }) =>
        html`<article class="example">
          <h3><q>${shorten(question, 300)}</q></h3>
          <p>The right passage is number ${before.rank} before and number ${after.rank} after.</p>
          <div class="columns">${list("Before", before)}${list("After", after)}</div>
        </article>`,
    )}
  </section>`;
}

function list(title: string, { passages, rank }: ExampleRanking): Html {
  const below =
    passages.length > 0 && !passages.some((passage) => passage.right)
      ? html`<p class="muted">The right passage follows at number ${rank}.</p>`
      : html``;
  return html`<div>
    <h4>${title}</h4>
    <ol>
      ${passages.map(item)}
    </ol>
    ${below}
  </div>`;
}

function item({ text, cosine, right }: RetrievedPassage): Html {
  return html`<li class="${right ? "right" : ""}">
    <p class="muted">
      cosine
      ${formatNumber(cosine, 3)}${right ? html` <span class="badge mark">✓ right passage</span>` : ""}
    </p>
    <p>${shorten(text, 280)}</p>
  </li>`;
}
