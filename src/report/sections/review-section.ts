import { html, type Html } from "../html.js";
import { shorten } from "../format.js";
import { count } from "../../tune/verdict/words.js";
import { labelChanges, labelChangesSentence } from "../../tune/review/label-changes.js";
import type { LabelToReview, ReviewReason } from "../../tune/review/labels-to-review.js";
import type { Report } from "../read-report.js";
import { excerpt } from "./question-section.js";

const shown = 10;

const reasons: Readonly<Record<ReviewReason, string>> = {
  "ranked low": "far down under all that was tried, while another stands clearly first",
  "near copy": "a near copy of it is not labelled",
  contradiction: "another label contradicts it",
};

/** Labels that may be wrong, to correct and not to delete. */
export function reviewSection(report: Report): Html {
  const { toReview, names, decision } = report;
  if (decision.questions.length === 0 && toReview.length === 0) return html``;
  if (toReview.length === 0) {
    return html`<section aria-labelledby="review">
      <h2 id="review">Labels to look at again</h2>
      <p>
        None: no right passage stays far down while another stands clearly first, and no label
        contradicts another.
      </p>
      ${changesPart(report)}
    </section>`;
  }
  const counts = (Object.keys(reasons) as ReviewReason[])
    .map((reason) => [reason, toReview.filter((label) => label.reason === reason).length] as const)
    .filter(([, n]) => n > 0);
  const row = ({ reason, query, passage, other, bestOfAll }: LabelToReview): Html =>
    html`<tr>
      <th scope="row" dir="auto" data-label="Question">
        ${shorten(names.question(query), excerpt)}
      </th>
      <td data-label="Labelled passage">
        <span class="excerpt" dir="auto">${shorten(names.passage(passage), excerpt)}</span>
      </td>
      <td data-label="Why">
        ${reasons[reason]}${bestOfAll === null || reason !== "ranked low" ? "" : `: rank ${bestOfAll} at best`}
      </td>
      <td data-label="Compare with">
        <span class="excerpt" dir="auto">${shorten(names.passage(other), excerpt)}</span>
      </td>
    </tr>`;
  return html`<section aria-labelledby="review">
    <h2 id="review">Labels to look at again</h2>
    <p>
      ${count(toReview.length, "label")}:
      ${counts.map(([reason, n]) => `${n === toReview.length ? "all" : n.toLocaleString("en-US")} ${reason}`).join(", ")}.
      Correct what is wrong; do not delete what is merely hard: the untouched embedding is among
      those that rank it low, and a set without hard questions flatters whatever is judged on it.
    </p>
    ${changesPart(report)}
    <div class="controls" id="review-export" hidden></div>
    <div class="scroll" tabindex="0" role="group" aria-label="Labels to look at again">
      <table class="reviews clamped">
        <caption>
          ${toReview.length > shown ? `The first ${shown}; the file has all of them.` : "All of them."}
        </caption>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Labelled passage</th>
            <th scope="col">Why</th>
            <th scope="col">Compare with</th>
          </tr>
        </thead>
        <tbody>
          ${toReview.slice(0, shown).map(row)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function changesPart({ decision, options }: Report): Html {
  const { texts } = decision;
  if (options.previous === undefined || texts?.pairs === undefined) return html``;
  const changes = labelChanges(options.previous, { ...texts, pairs: texts.pairs });
  return html`<p>${labelChangesSentence(changes)}</p>`;
}
