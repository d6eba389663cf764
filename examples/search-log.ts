/**
 * From a search log to labels to a verdict, on a log whose truth is known:
 *
 *     npx tsx examples/search-log.ts [--output LOG.jsonl] [--searches N] [--users N] [--eta N] [--seed N]
 *
 * Users who look at rank k with chance 1 / k^eta ask the questions of the shipped Natural Questions sample, and a search
 * engine by the built-in embedder answers. The log is written to a file and read back as a log of your own would be.
 * Prints how often its labels are right, beside every click as a label, and what fitAdapter says of them.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import {
  createHashingEmbedder,
  fitAdapter,
  labelsFromLog,
  positivePairs,
  toPairColumns,
  type Question,
  type SearchLogRow,
} from "embedtune";
import { formatTerminalTable } from "embedtune/evaluate";
import { topK } from "embedtune/math";
import { passagePool } from "embedtune/negatives";
import { readNaturalQuestions, readSearchLog } from "embedtune/node";
import { runExample } from "./shared/cli.js";
import { simulateSearchLog, type SimulatedQuery } from "./shared/simulated-log.js";
import { writeWhole } from "./shared/write-whole.js";

await runExample(async (signal) => {
  const { values } = parseArgs({
    options: {
      output: { type: "string", default: "out/search-log.jsonl" },
      searches: { type: "string", default: "20000" },
      users: { type: "string", default: "2000" },
      eta: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
    },
  });
  const { output, seed } = values;
  const [searches, users, eta] = [values.searches, values.users, values.eta].map(Number);

  // 1. A search engine: what it knows, and how it ranks for each question. Passages have ids, as in any index.
  const { texts, asked } = await readCorpus();
  const embedder = createHashingEmbedder({ dimensions: 384 });
  const passages = await embedder.embed(texts, { side: "passage", signal });
  const questions = await embedder.embed(
    asked.map(({ text }) => text),
    { side: "query", signal },
  );
  const depth = 30;
  const { indices } = topK(questions, passages, depth);
  const engine = asked.map(({ text, right }, i): SimulatedQuery => {
    const ranking = [...indices.subarray(i * depth, (i + 1) * depth)].map(idOf);
    return { text, ranking, right };
  });

  // 2. Its log, as a file: a line a search.
  const log = simulateSearchLog(engine, { searches, users, eta, seed });
  await mkdir(dirname(output), { recursive: true });
  await writeWhole(output, log.map(lineOf).join(""));

  // 3. Labels.
  const { pairs, report } = await labelsFromLog(readSearchLog(output, { signal }));

  console.log(
    `${output}: ${report.rows} searches by ${report.users} users, ${report.clicks} clicks`,
  );
  const { contradictions, propensities, droppedPairs, ...counts } = report;
  console.log({ ...counts, droppedPairs, contradictions: contradictions.length });
  const ranks = propensities.map(({ rank, propensity, source }) => [
    String(rank),
    propensity.toFixed(3),
    (rank ** -eta).toFixed(3),
    source,
  ]);
  console.log(
    formatTerminalTable({ columns: ["rank", "propensity", "true", "from"], rows: ranks }),
  );
  const truth = new Map(asked.map(({ text, right }) => [text.toLowerCase(), right]));
  const isRight = ({ query, passage }: Asked): boolean =>
    truth.get(query.trim().toLowerCase())!.has(passage);
  const rows = (
    [
      ["every click", clickedPairs(log), true],
      ["labels 1", pairs.filter(({ label }) => label === 1), true],
      ["labels 0", pairs.filter(({ label }) => label === 0), false],
    ] as const
  ).map(([name, found, right]) => {
    const good = found.filter((pair) => isRight(pair) === right).length;
    return [
      name,
      String(found.length),
      String(good),
      `${((100 * good) / found.length).toFixed(1)} %`,
    ];
  });
  console.log(formatTerminalTable({ columns: ["pairs", "number", "right", "share"], rows }));

  // 4. A verdict on them. Rows of the passages are those of the corpus.
  const table = toPairColumns(pairs);
  const rowOf = new Map(texts.map((_, row) => [idOf(row), row]));
  const decision = await fitAdapter(
    {
      queries: await embedder.embed(table.queries, { side: "query", signal }),
      passages,
      pairs: {
        ...table.pairs,
        passage: table.pairs.passage.map((i) => rowOf.get(table.passages[i])!),
      },
    },
    { embedder: embedder.id, signal },
  );
  console.log(decision.sentence);
});

interface Asked {
  readonly query: string;
  readonly passage: string;
}

function idOf(row: number): string {
  return `p${row}`;
}

/** Passages of all pages of the sample, and its questions with the ids of what answers them. */
async function readCorpus(): Promise<{
  readonly texts: readonly string[];
  readonly asked: readonly { readonly text: string; readonly right: ReadonlySet<string> }[];
}> {
  const questions: Question[] = [];
  for await (const question of readNaturalQuestions("examples/data/nq-sample.jsonl.gz")) {
    questions.push(question);
  }
  const gold = positivePairs(questions).pairs;
  const pool = passagePool(questions, { topLevelOnly: true, minLength: 50 }).passages;
  const texts = [
    ...new Set([...pool.map(({ text }) => text), ...gold.map(({ passage }) => passage)]),
  ];
  const rows = new Map(texts.map((text, row) => [text, row]));
  const right = new Map<string, Set<string>>();
  for (const { query, passage } of gold) {
    right.set(query, (right.get(query) ?? new Set()).add(idOf(rows.get(passage)!)));
  }
  return { texts, asked: [...right].map(([text, ids]) => ({ text, right: ids })) };
}

/** A line of the log's file. */
function lineOf({ clicks, ...search }: SearchLogRow): string {
  const clicked = clicks.map(({ passage }) => passage);
  const dwell = clicks.map((click) => click.dwell ?? null);
  return `${JSON.stringify({ ...search, clicked, dwell })}\n`;
}

/** What was ever clicked, each pair once. */
function clickedPairs(log: readonly SearchLogRow[]): Asked[] {
  const found = new Map<string, Asked>();
  for (const { query, clicks } of log) {
    const text = query.trim().toLowerCase();
    for (const { passage } of clicks) found.set(`${text}/${passage}`, { query: text, passage });
  }
  return [...found.values()];
}
