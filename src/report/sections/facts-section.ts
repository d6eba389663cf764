import { version } from "../version.js";
import { html, type Html } from "../html.js";
import { count, methodName } from "../../tune/verdict/words.js";
import type { Report } from "../read-report.js";
import type { ReportFact } from "../reported-decision.js";

/** What was done with what, so that somebody else can do it again. */
export function factsSection(report: Report): Html {
  const facts = [...dataFacts(report), ...embeddingFacts(report), ...runFacts(report)];
  return html`<section aria-labelledby="facts">
      <h2 id="facts">What was done</h2>
      <dl class="facts">
        ${facts.map(
          ({ label, value }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${typeof value === "number" ? value.toLocaleString("en-US") : value}</dd>
            </div>`,
        )}
      </dl>
    </section>
    ${glossary(report.decision)}`;
}

function dataFacts({ decision }: Report): ReportFact[] {
  const { labels, corpus, texts, nearDuplicates } = decision;
  const facts: ReportFact[] = [
    { label: "Labelled pairs", value: labels.pairs },
    { label: "Labelled questions", value: labels.questions },
    { label: "Questions judged", value: decision.questions.length },
    { label: "Independent groups among them", value: labels.groups },
    { label: "Passages", value: corpus.rows },
  ];
  if (corpus.judged > 0 && corpus.judged < corpus.rows) {
    facts.push({ label: "Passages that candidates were chosen by", value: corpus.judged });
  }
  if (corpus.ownPassages !== undefined) {
    facts.push({
      label: "Judged questions that stand in the corpus themselves, without a rank there",
      value: corpus.ownPassages,
    });
  }
  if (texts?.counts !== undefined) {
    const { duplicatePairs, contradictions, duplicatePassages } = texts.counts;
    facts.push(
      { label: "Pairs that came again", value: duplicatePairs },
      { label: "Pairs labelled both 1 and 0, left out", value: contradictions },
      { label: "Passages that came again", value: duplicatePassages },
    );
  }
  if (nearDuplicates !== undefined) {
    const { queries, passages } = nearDuplicates;
    facts.push({
      label: "Near-duplicates kept together",
      value: `${count(queries, "question")}, ${count(passages, "labelled passage")}`,
    });
  }
  return facts;
}

function embeddingFacts({ decision: { embedding, adapter } }: Report): ReportFact[] {
  const id = embedding?.embedder ?? adapter.metadata.embedder;
  const facts: ReportFact[] = [
    { label: "Embedder", value: id ?? "not named" },
    { label: "Dimensions", value: embedding?.dimensions ?? adapter.inputDimensions },
  ];
  if (embedding === undefined) return facts;
  const { prefixes, tokenLimit, cut } = embedding;
  if (prefixes !== null) {
    facts.push({
      label: "Put before each text",
      value: `questions “${prefixes.query}”, passages “${prefixes.passage}”`,
    });
  }
  if (tokenLimit !== null) {
    facts.push({
      label: `Texts of more than ${tokenLimit.toLocaleString("en-US")} tokens, cut there`,
      value: `at least ${count(cut.queries, "question")}, ${count(cut.passages, "passage")}`,
    });
  }
  return facts;
}

function runFacts({ decision, options, seed }: Report): ReportFact[] {
  const { best, table, adapter } = decision;
  const settings = Object.entries(best.parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  const seconds = table.reduce((sum, row) => sum + row.seconds, 0);
  const { trainingData } = adapter.metadata;
  return [
    { label: "Best", value: `${methodName(best)}${settings === "" ? "" : ` (${settings})`}` },
    ...(table.length === 0
      ? []
      : [{ label: "Candidates, seconds", value: `${table.length}, ${seconds.toFixed(0)} s` }]),
    { label: "Seed", value: String(seed) },
    ...(trainingData === undefined
      ? []
      : [{ label: "Digest of the training pairs", value: trainingData }]),
    {
      label: "Made with",
      value: `embedtune ${version}${decision.engine === undefined ? "" : `, ${decision.engine}`}`,
    },
    ...(options.facts ?? []),
  ];
}

const words: readonly (readonly [term: string, meaning: string])[] = [
  [
    "embedding",
    "a list of numbers that stands for a text; texts of like meaning have like numbers.",
  ],
  ["cosine", "how alike two embeddings are: 1 for the same direction, 0 for nothing in common."],
  [
    "adapter",
    "a small map that is applied to embeddings after the model made them; the model stays as it is.",
  ],
  ["passage", "a text that is searched for. Right: labelled as the answer to a question."],
  [
    "rank",
    "the place of the right passage when all passages are sorted by their cosine with the question.",
  ],
  [
    "out of fold",
    "judged by an adapter that was fitted without the question, and without whatever hangs together with it.",
  ],
  [
    "interval, [low, high]",
    "where the true value lies in 95 of 100 such samples. An interval that holds 0 shows no gain.",
  ],
  ["not shown", "the labels do not show a gain: there may be one, too small for so few labels."],
  [
    "known and new passages",
    "what helps new questions about passages with labelled questions may help none about passages without.",
  ],
];

/** What the names of candidates mean: those that stand on the page. */
const methods: Readonly<Record<string, string>> = {
  rca: "relevant component analysis, a closed form: it shrinks the directions in which questions differ from their right passages.",
  "corpus-prior":
    "as rca, helped by how all texts spread, which counts the more the fewer labels there are.",
  ridge:
    "ridge regression, a closed form: the linear map that takes questions nearest to their right passages.",
  "info-nce":
    "trained step by step, until right passages stand before the other passages of a batch; “from” names what it began as.",
};

const settingsOfRca: readonly [string, string] = [
  "lambda, power",
  "how steady a closed form is kept and how far it goes: with a large lambda or a small power it changes little.",
];

function glossary({ table }: Report["decision"]): Html {
  const named = Object.entries(methods).filter(([name]) =>
    table.some(({ method }) => method === name || method.startsWith(`${name} `)),
  );
  const settings = table.some(({ parameters }) => "power" in parameters) ? [settingsOfRca] : [];
  return html`<section aria-labelledby="glossary">
    <h2 id="glossary">In plain words</h2>
    <dl class="glossary">
      ${[...words, ...named, ...settings].map(
        ([term, meaning]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}
