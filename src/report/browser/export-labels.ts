import type { Payload } from "../page/payload.js";
import { byId, count, element } from "./elements.js";

/** Offers the labels to look at again as a file: a line of JSON each. */
export function startExport(data: Payload): void {
  const place = byId("review-export");
  if (place === null || data.reviews.length === 0) return;
  const button = element(
    "button",
    { type: "button" },
    `Save ${count(data.reviews.length, "label")} as JSONL`,
  );
  button.addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([labelLines(data)], { type: "application/jsonl" }));
    element("a", { href: url, download: "labels-to-review.jsonl" }).click();
    URL.revokeObjectURL(url);
  });
  place.append(button);
  place.hidden = false;
}

function labelLines({ questions, passages, rows, ids, reviews }: Payload): string {
  const passage = (at: number): object => ({
    row: rows.passages[at],
    id: ids?.passages[at] ?? null,
    text: passages[at],
  });
  return reviews
    .map(({ reason, question, passage: labelled, other, ranks: [before, after, bestOfAll] }) =>
      JSON.stringify({
        reason,
        question: {
          row: rows.questions[question],
          id: ids?.questions[question] ?? null,
          text: questions[question],
        },
        labelled: passage(labelled),
        other: passage(other),
        ranks: { before, after, bestOfAll },
      }),
    )
    .map((line) => `${line}\n`)
    .join("");
}
