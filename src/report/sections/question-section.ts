import { html, type Html } from "../html.js";
import { shorten } from "../format.js";
import { figureOf } from "../charts/figure.js";
import { drawRankChanges } from "../charts/rank-chart.js";
import { changeOf, rankClasses, rankTransitions } from "../figures/question-changes.js";
import { count, figure } from "../../tune/verdict/words.js";
import type { NearestPassages, QuestionOutcome } from "../../tune/verdict/decision.js";
import type { Report } from "../read-report.js";

/** Rows that stand in the page for those who run no script, and on paper. */
const staticRows = 10;
/** Questions in each of the charts. */
const chartRows = 10;
/** Characters of a text in the static rows. */
export const excerpt = 200;

/** What changed for which question. */
export function questionSection(report: Report): Html {
  const { questions, compared } = report;
  if (questions.length === 0) return html``;
  return html`<section aria-labelledby="questions">
    <h2 id="questions">Question by question</h2>
    ${compared ? html`${transitions(report)}${charts(report)}` : ""} ${table(report)}
  </section>`;
}

function transitions({ questions, decision }: Report): Html {
  const classes = rankClasses.filter(({ least }) => least <= decision.corpus.rows);
  const counts = rankTransitions(questions)
    .slice(0, classes.length)
    .map((row) => row.slice(0, classes.length));
  const most = Math.max(...counts.flat());
  const tint = (n: number): number =>
    n === 0 ? 0 : Math.max(1, Math.ceil(4 * Math.sqrt(n / most)));
  return html`<h3>From which rank to which</h3>
    <p class="muted">
      All ${count(questions.length, "judged question")} by the rank of the right passage: rows
      before, columns after. Left of the diagonal are those that were won, right of it those that
      were lost.
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label="Ranks before and after">
      <table class="transitions">
        <thead>
          <tr>
            <th scope="col">Rank before</th>
            ${classes.map(({ title }) => html`<th scope="col">${title} after</th>`)}
          </tr>
        </thead>
        <tbody>
          ${counts.map(
            (row, from) =>
              html`<tr>
                <th scope="row">${classes[from].title}</th>
                ${row.map(
                  (n, to) =>
                    html`<td
                      class="${to < from ? "won" : to > from ? "lost" : "same"} tint-${tint(n)}"
                    >
                      ${n === 0 ? "·" : n.toLocaleString("en-US")}
                    </td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/** As many of those won most as of those lost most: neither is picked for the other. */
function charts({ questions, names }: Report): Html {
  const of = (kind: "won" | "lost") =>
    questions
      .filter((question) => changeOf(question) === kind)
      .slice(0, chartRows)
      .map(({ row, before, after }) => ({ label: names.question(row), before, after }));
  const [won, lost] = [of("won"), of("lost")];
  if (won.length + lost.length === 0) return html``;
  const worst = Math.max(...[...won, ...lost].map(({ before, after }) => Math.max(before, after)));
  const chartOf = (kind: "won" | "lost", rows: typeof won) => ({
    title: `${kind} most`,
    chart: drawRankChanges(rows, {
      worst,
      description: `The ${count(rows.length, "question")} ${kind} most, rank before and after: ${rows.map(({ before, after }) => `${before} to ${after}`).join(", ")}.`,
    }),
  });
  return html`<h3>Won most and lost most</h3>
    ${figureOf({
      legend: [
        { label: "rank before", ink: "before", shape: "dot" },
        { label: "rank after", ink: "after", shape: "dot" },
      ],
      charts: [
        ...(won.length > 0 ? [chartOf("won", won)] : []),
        ...(lost.length > 0 ? [chartOf("lost", lost)] : []),
      ],
      caption: `The ${chartRows} questions whose 1 / rank rose most and the ${chartRows} whose 1 / rank fell most, where there are as many. The table below has all of them.`,
      table: {
        columns: ["Question", "Rank before", "Rank after"],
        rows: [...won, ...lost].map(({ label, before, after }) => [
          shorten(label, 80),
          String(before),
          String(after),
        ]),
      },
    })}`;
}

function table(report: Report): Html {
  const { questions, names, compared } = report;
  const cell = ({ right, rightCosine, wrong, wrongCosine }: NearestPassages, rank: number): Html =>
    rank === 1 || wrong === null
      ? html`<span class="right">the right one</span>, cosine ${figure(rightCosine)}`
      : html`<span class="excerpt" dir="auto"
            >${shorten(names.passage(rank === 1 ? right : wrong), excerpt)}</span
          >
          <span class="figures">cosine ${figure(wrongCosine)}, right ${figure(rightCosine)}</span>`;
  const row = (question: QuestionOutcome): Html => {
    const { row: query, before, after, nearest } = question;
    return html`<tr>
      <td class="rank ${changeOf(question)}" data-label="Rank">
        ${compared ? html`${before} → ${after}` : before}
      </td>
      <th scope="row" dir="auto" data-label="Question">
        ${shorten(names.question(query), excerpt)}
      </th>
      <td data-label="Right passage">
        <span class="excerpt" dir="auto"
          >${shorten(names.passage(nearest.before.right), excerpt)}</span
        >
      </td>
      <td data-label="${compared ? "First before" : "First"}">${cell(nearest.before, before)}</td>
      ${compared ? html`<td data-label="First after">${cell(nearest.after, after)}</td>` : ""}
    </tr>`;
  };
  return html`<h3 id="all-questions">All judged questions</h3>
    <div class="controls" id="question-controls" hidden></div>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="all-questions">
      <table class="questions clamped" id="question-table">
        <caption id="question-count">
          The first ${Math.min(staticRows, questions.length)} of
          ${count(questions.length, "question")}, those that
          ${compared ? "changed most, whichever way, first" : "stand furthest down first"}.
        </caption>
        <thead>
          <tr>
            <th scope="col" data-key="change">Rank</th>
            <th scope="col" data-key="question">Question</th>
            <th scope="col">Right passage</th>
            <th scope="col" data-key="before">${compared ? "First before" : "First"}</th>
            ${compared ? html`<th scope="col" data-key="after">First after</th>` : ""}
          </tr>
        </thead>
        <tbody>
          ${questions.slice(0, staticRows).map(row)}
        </tbody>
      </table>
    </div>
    <div class="controls" id="question-pages" hidden></div>`;
}
