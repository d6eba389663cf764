import { html, type Html } from "../html.js";
import { shorten } from "../format.js";
import { count } from "../../tune/verdict/words.js";
import type { LabelToReview, ReviewReason } from "../../tune/review/labels-to-review.js";
import type { Report } from "../read-report.js";
import { excerpt } from "./question-section.js";

const shown = 10;

const reasons: Readonly<Record<ReviewReason, string>> = {
  "ranked low":
    "stays far down under everything that was tried, while another stands clearly first",
  "near copy": "has a near copy that is not labelled",
  contradiction: "is contradicted by another label",
};

/** Labels that may be wrong, to correct and not to delete. */
export function reviewSection({ toReview, names, decision }: Report): Html {
  if (decision.questions.length === 0 && toReview.length === 0) return html``;
  if (toReview.length === 0) {
    return html`<section aria-labelledby="review">
      <h2 id="review">Labels to look at again</h2>
      <p>
        None: no right passage stays far down while another stands clearly first, and no label
        contradicts another.
      </p>
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
      <td dir="auto" data-label="Labelled passage">${shorten(names.passage(passage), excerpt)}</td>
      <td data-label="Why">
        ${reasons[reason]}${bestOfAll === null || reason !== "ranked low" ? "" : `: rank ${bestOfAll} at best`}
      </td>
      <td dir="auto" data-label="Instead">${shorten(names.passage(other), excerpt)}</td>
    </tr>`;
  return html`<section aria-labelledby="review">
    <h2 id="review">Labels to look at again</h2>
    <p>
      ${count(toReview.length, "label")}
      (${counts.map(([reason, n]) => `${n.toLocaleString("en-US")} ${reason}`).join(", ")}). Correct
      what is wrong; do not delete what is merely hard: the untouched embedding is among those that
      rank it low, and a set without hard questions flatters whatever is judged on it.
    </p>
    <div class="controls" id="review-export" hidden></div>
    <div class="scroll" tabindex="0" role="group" aria-label="Labels to look at again">
      <table class="reviews">
        <caption>
          ${toReview.length > shown ? `The first ${shown}; the file has all of them.` : "All of them."}
        </caption>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Labelled passage</th>
            <th scope="col">Which …</th>
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
