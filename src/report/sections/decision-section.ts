import { html, type Html } from "../html.js";
import { drawIntervals } from "../charts/interval-chart.js";
import { countChanges } from "../figures/question-changes.js";
import {
  beatsMapAlone,
  count,
  embedderCaveat,
  figure,
  interval,
  methodName,
  metricName,
} from "../../tune/verdict/words.js";
import type { FormDecision, GainOf } from "../../tune/verdict/decision.js";
import type { Report } from "../read-report.js";
import { nextSteps } from "./next-steps.js";

/** In the order in which they are read, each in words where it first stands. */
const meanings: Readonly<Record<string, string>> = {
  "recall@1": "share of the questions whose right passage stands first",
  mrr: "mean of 1 / rank of the right passage: 1 where all stand first, 0.5 where all stand second",
  "ndcg@10": "how near to the top of the first ten all right passages stand, 0 to 1",
  "recall@10": "share of the questions whose right passage is among the first ten",
};

/** E.g. of "recall@5". */
const recallMeaning = (name: string): string =>
  `share of the questions whose right passage is among the first ${name.split("@").at(-1)}`;

/** The verdict, word for word, with what it rests on and what to do. */
export function decisionSection(report: Report): Html {
  const { decision, options } = report;
  return html`<section aria-labelledby="decision">
    <h2 id="decision">The decision</h2>
    <p class="verdict ${decision.verdict.replace(" ", "-")}">${emphasised(decision)}</p>
    ${
      options.judgement === undefined
        ? ""
        : html`<p class="judgement">
            <strong>Checked on questions that were held back:</strong> ${options.judgement.sentence}
          </p>`
    }
    ${caveat(report)} ${basis(report)} ${figuresTable(report)} ${nextSteps(report)}
    ${formsPart(report)}
  </section>`;
}

/** Its one word stands out. */
function emphasised({ verdict, sentence }: Report["decision"]): Html {
  if (!sentence.startsWith(verdict)) return html`${sentence}`;
  return html`<strong>${verdict}</strong>${sentence.slice(verdict.length)}`;
}

/** Where it stands first, so that nobody takes it for a word on the model that they use. */
function caveat({ decision: { embedding, adapter } }: Report): Html | string {
  const words = embedderCaveat(embedding?.embedder ?? adapter.metadata.embedder);
  return words === null ? "" : html`<p><strong>${words}</strong></p>`;
}

function basis({ decision, compared }: Report): Html {
  const { claim, labels, corpus, questions, best } = decision;
  if (claim === null) return html``;
  const about =
    claim === "questions"
      ? "new questions about passages that already have labelled questions"
      : "questions about passages that nobody has asked about yet";
  return html`<p>
    The claim is about ${about}. It rests on ${count(questions.length, "question")} in
    ${count(labels.groups, "independent group")}, each judged by an adapter that had not seen it,
    against ${count(corpus.rows, "passage")}; there are ${count(labels.pairs, "labelled pair")} of
    ${count(labels.questions, "question")}.
    ${
      compared
        ? html`“After” is ${methodName(best)}, or what the other folds chose in its place.`
        : html`Nothing that was tried did better than the untouched embedding, so this page shows
          the embedding as it is: there is no “after”.`
    }
  </p>`;
}

function figuresTable(report: Report): Html {
  const { decision, compared } = report;
  const names = [...new Set([...Object.keys(meanings), decision.metric])].filter(
    (name) => name in decision.figures,
  );
  if (names.length === 0) return html``;
  const named = (name: string): string => metricName(name).replace("ndcg", "nDCG");
  const row = (name: string): Html => {
    const own: GainOf = decision.figures[name];
    return html`<tr>
      <th scope="row">
        ${named(name)} <span class="meaning">${meanings[name] ?? recallMeaning(name)}</span>
      </th>
      <td>${figure(own.before)}</td>
      ${
        compared
          ? html`<td>${figure(own.after)}</td>
              <td class="nowrap">${interval(own)}</td>`
          : ""
      }
    </tr>`;
  };
  const table = html`<table class="gains">
    <caption>
      ${
        compared
          ? "Before is the untouched embedding. In brackets: the interval that holds the true gain in 95 of 100 such samples."
          : "Of the untouched embedding."
      }
    </caption>
    <thead>
      <tr>
        <th scope="col">Figure</th>
        <th scope="col">${compared ? "Before" : "Untouched"}</th>
        ${
          compared
            ? html`<th scope="col">After</th>
                <th scope="col">Gain</th>`
            : ""
        }
      </tr>
    </thead>
    <tbody>
      ${names.map(row)}
    </tbody>
  </table>`;
  if (!compared) return table;
  const gains = names.map((name) => ({
    label: named(name),
    ...decision.figures[name],
    chosen: name === decision.metric,
  }));
  return html`<div class="beside">
      <div>${table}</div>
      <div class="panel">
        ${drawIntervals(gains, {
          title: "gain over the untouched embedding",
          description: `Gains with their intervals: ${gains.map((gain) => `${gain.label} ${interval(gain)}`).join("; ")}.`,
        })}
      </div>
    </div>
    ${changeBar(report)}`;
}

/** Questions won, lost and unchanged, as words and as a bar. */
function changeBar({ decision }: Report): Html {
  const { won, lost, unchanged } = countChanges(decision.questions);
  const total = decision.questions.length;
  let x = 0;
  const parts = (
    [
      ["won", won],
      ["unchanged", unchanged],
      ["lost", lost],
    ] as const
  ).map(([kind, n]) => {
    const width = (1000 * n) / total;
    const part = html`<rect
      class="bars ${kind}"
      x="${Math.round(x)}"
      width="${Math.round(width)}"
      height="14"
    />`;
    x += width;
    return part;
  });
  return html`<p class="changes">
      <strong class="won">${count(won, "question")} won</strong>,
      <strong class="lost">${lost.toLocaleString("en-US")} lost</strong>,
      <strong>${unchanged.toLocaleString("en-US")} unchanged</strong>: won where the right passage
      stands nearer to the first place than before, lost where it stands further down.
    </p>
    <svg class="change-bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
      ${parts}
    </svg>`;
}

function formsPart({ decision: { forms } }: Report): Html {
  if (forms.length === 0) return html``;
  const better = forms.filter(beatsMapAlone);
  const others = forms.filter((form) => !beatsMapAlone(form));
  return html`<h3>What can be served beside a map</h3>
    <p class="muted">
      Where passages have answered questions, these can be moved toward their questions, or the
      known questions can vote for their passages. Each has a verdict of its own.
    </p>
    ${list("Better than the adapter alone:", better)}
    ${list("Not shown to do better than the adapter alone:", others)}`;
}

function list(title: string, forms: readonly Pick<FormDecision, "sentence">[]): Html {
  if (forms.length === 0) return html``;
  return html`<p>${title}</p>
    <ul>
      ${forms.map(({ sentence }) => html`<li class="form">${sentence}</li>`)}
    </ul>`;
}
