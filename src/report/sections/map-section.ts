import { formatPercent } from "../format.js";
import { html, type Html } from "../html.js";
import { countChanges } from "../figures/question-changes.js";
import type { QuestionMap } from "../figures/question-map.js";
import { count } from "../../tune/verdict/words.js";
import type { Report } from "../read-report.js";

/** Where the questions and their passages lie: drawn by the page's script, from points that stand in its data. */
export function mapSection(report: Report, map: QuestionMap | null): Html {
  const { questions, compared, decision } = report;
  if (map === null)
    return questions.length > 0 && decision.vectors === undefined ? noMap() : html``;
  const sampled = map.questions.length < questions.length;
  const shown = sampled
    ? `A seeded sample of ${count(map.questions.length, "question")} of ${questions.length.toLocaleString("en-US")}`
    : `All ${count(questions.length, "judged question")}`;
  const variance = map.names
    .map(
      (name, v) => `${formatPercent(map.explained[v])} of the spread${compared ? ` ${name}` : ""}`,
    )
    .join(" and ");
  const { won, lost, unchanged } = countChanges(map.questions.map((i) => questions[i]));
  const outcomes = compared ? ` (${won} won, ${lost} lost, ${unchanged} unchanged)` : "";
  return html`<section aria-labelledby="map">
    <h2 id="map">The space</h2>
    <p>
      ${shown}, with their right passages and their nearest wrong ones, on the two axes along which
      they spread most. These hold ${variance}: what lies near here may lie far apart in the other
      directions.
      ${
        compared
          ? "The second picture shows the adapter that was fitted on all questions, these among them, and is turned to lie on the first; colours are of ranks out of fold."
          : ""
      }
    </p>
    <div class="controls" id="map-controls" hidden></div>
    <p class="muted" id="map-note" role="status"></p>
    <p class="legend" aria-hidden="true">
      <span class="keys" id="map-legend"
        >${
          compared
            ? html`${dot("won", "won")}${dot("unchanged", "unchanged")}${dot("lost", "lost")}`
            : dot("unchanged", "question")
        }</span
      >${square()}${line("right", "to the right passage")}${line("wrong", "to the nearest wrong one")}
    </p>
    <div class="panels">
      ${map.names.map(
        (name, v) =>
          html`<div class="panel">
            <p class="chart-title">
              ${compared ? name : "the untouched embedding"}${sampled ? `: a sample of ${count(map.questions.length, "question")}` : ""}
            </p>
            <canvas
              class="map"
              data-view="${name}"
              width="680"
              height="520"
              tabindex="0"
              role="application"
              aria-roledescription="map of questions"
              aria-label="Map ${name}: ${count(map.questions.length, "question")}${outcomes}, ${formatPercent(map.explained[v])} of the spread. Arrow keys go from question to question; in three axes, arrow keys with Shift turn both maps."
              aria-describedby="map-detail"
            ></canvas>
          </div>`,
      )}
    </div>
    <div id="map-detail" class="detail" aria-live="polite">
      Point at a question, touch it, or reach the map by the keyboard and press the arrow keys: its
      text stands here.
    </div>
    <noscript><p>The map is drawn by the page's script, which does not run here.</p></noscript>
  </section>`;
}

/** Where there are questions to show, and no vectors to place them by. */
function noMap(): Html {
  return html`<section aria-labelledby="map">
    <h2 id="map">The space</h2>
    <p>
      There is no map of questions and passages here: this page was made without their vectors,
      which are not kept with a decision. The page that <code>embedtune tune</code> writes has the
      map, and so has that of <code>renderReport</code> where the decision holds
      <code>vectors</code>.
    </p>
  </section>`;
}

const dot = (ink: string, label: string): Html =>
  html`<span class="key"
    ><svg class="swatch" viewBox="0 0 22 14">
      <circle class="dot ${ink}" cx="11" cy="7" r="4" /></svg
    >${label}</span
  >`;

const line = (ink: string, label: string): Html =>
  html`<span class="key"
    ><svg class="swatch" viewBox="0 0 22 14">
      <line class="curve ${ink}" x1="1" x2="21" y1="7" y2="7" /></svg
    >${label}</span
  >`;

const square = (): Html =>
  html`<span class="key"
    ><svg class="swatch" viewBox="0 0 22 14">
      <rect class="passage" x="8" y="4" width="6" height="6" /></svg
    >passage</span
  >`;
