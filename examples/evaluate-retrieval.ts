/**
 * How well queries find their passages, under one embedding or two:
 *
 *   npx tsx examples/evaluate-retrieval.ts --queries Q.npy --corpus P.npy --qrels FILE --json OUT.json
 *     [--adapter A.safetensors]   adapt the vectors first; left out, they are taken as they are
 *     [--compare B.safetensors]   evaluate this adapter too, and say whether it is better
 *     [--query-ids FILE] [--corpus-ids FILE]   a name per line and row; left out, rows count from 0
 *     [--k 1,10,100] [--metric mrr] [--level 0.95] [--seed 1] [--run OUT.trec]
 *
 * FILE holds TREC's `query 0 passage grade` or BEIR's tab-separated columns; grades from 1 are relevant.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  applyAdapter,
  compareRetrieval,
  decodeNpy,
  evaluateRetrieval,
  type Matrix,
  type RetrievalEvaluation,
} from "embedtune";
import {
  comparisonTable,
  formatRun,
  formatTerminalTable,
  parseQrels,
  retrievalTable,
  retrieve,
  toPlain,
  toRun,
} from "embedtune/evaluate";
import { loadAdapter } from "embedtune/node";
import { openSource } from "../src/data/sources/open-source.js";
import { progressBars, runExample } from "./shared/cli.js";

await runExample(async (signal) => {
  const { values } = parseArgs({
    options: {
      queries: { type: "string" },
      corpus: { type: "string" },
      qrels: { type: "string" },
      "query-ids": { type: "string" },
      "corpus-ids": { type: "string" },
      adapter: { type: "string" },
      compare: { type: "string" },
      k: { type: "string", default: "1,10,100" },
      metric: { type: "string", default: "mrr" },
      level: { type: "string", default: "0.95" },
      seed: { type: "string", default: "1" },
      run: { type: "string" },
      json: { type: "string" },
    },
  });
  const required = (name: "queries" | "corpus" | "qrels"): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is required`);
    return value;
  };
  const ks = values.k.split(",").map(Number);
  const queries = decodeNpy(await readBytes(required("queries"), signal), values.queries);
  const corpus = decodeNpy(await readBytes(required("corpus"), signal), values.corpus);
  const queryIds = await readIds(values["query-ids"], queries.rows, "query", signal);
  const corpusIds = await readIds(values["corpus-ids"], corpus.rows, "passage", signal);
  const qrelsFile = required("qrels");
  const { relevant, grades } = judgements(
    new TextDecoder().decode(await readBytes(qrelsFile, signal)),
    qrelsFile,
    queryIds,
    corpusIds,
  );

  const bars = progressBars();
  const evaluate = async (adapterFile: string | undefined): Promise<System> => {
    const adapted = await adapt(queries, corpus, adapterFile);
    const evaluation = await evaluateRetrieval(adapted.queries, adapted.corpus, relevant, {
      ks,
      grades,
      signal,
      onProgress: bars.onProgress,
    });
    return {
      name: adapterFile ?? "untouched",
      adapter: adapterFile ?? null,
      ...adapted,
      evaluation,
    };
  };
  let systems: System[];
  try {
    systems = [await evaluate(values.adapter)];
    if (values.compare !== undefined) systems.push(await evaluate(values.compare));
  } finally {
    bars.stop();
  }

  const [first, second] = systems;
  const comparison =
    second === undefined
      ? null
      : compareRetrieval(first.evaluation, second.evaluation, {
          metric: values.metric,
          level: Number(values.level),
          seed: values.seed,
        });
  if (values.run !== undefined) {
    const last = systems.at(-1)!;
    const ranking = retrieve(last.queries, last.corpus, Math.max(...ks));
    await writeFile(values.run, formatRun(toRun(ranking, idsOf(queryIds), idsOf(corpusIds))));
  }
  if (values.json !== undefined) {
    const result = {
      adapter: first.adapter,
      ...first.evaluation,
      compare: second === undefined ? null : { adapter: second.adapter, ...second.evaluation },
      comparison,
    };
    await writeFile(values.json, `${JSON.stringify(toPlain(result), undefined, 2)}\n`);
  }

  const named = Object.fromEntries(systems.map(({ name, evaluation }) => [name, evaluation]));
  const shown = [...ks.map((k) => `recall@${k}`), `ndcg@${Math.max(...ks)}`, "mrr", "map"];
  console.log(formatTerminalTable(retrievalTable(named, shown)));
  if (first.evaluation.withoutRelevant > 0) {
    console.log(
      `${first.evaluation.withoutRelevant} queries have nothing relevant and are left out.`,
    );
  }
  if (comparison !== null) {
    const rows = comparison.comparisons.filter(
      ({ metric }) => shown.includes(metric) || metric === values.metric,
    );
    console.log(formatTerminalTable(comparisonTable(rows)));
    const { won, lost, tied } = comparison.changes;
    console.log(`${comparison.sentence}\nQueries won ${won}, lost ${lost}, tied ${tied}.`);
  }
});

interface System {
  readonly name: string;
  readonly adapter: string | null;
  readonly queries: Matrix;
  readonly corpus: Matrix;
  readonly evaluation: RetrievalEvaluation;
}

async function adapt(
  queries: Matrix,
  corpus: Matrix,
  file: string | undefined,
): Promise<{ queries: Matrix; corpus: Matrix }> {
  if (file === undefined) return { queries, corpus };
  const adapter = await loadAdapter(file);
  return {
    queries: applyAdapter(adapter, queries, { side: "query" }),
    corpus: applyAdapter(adapter, corpus, { side: "passage" }),
  };
}

/** The whole of a file; a missing one is named in one sentence. */
async function readBytes(file: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openSource(file, { signal })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Row by id, in the order of the rows. */
async function readIds(
  file: string | undefined,
  rows: number,
  name: string,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  if (file === undefined) return new Map(Array.from({ length: rows }, (_, i) => [String(i), i]));
  const lines = new TextDecoder().decode(await readBytes(file, signal)).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length !== rows) {
    throw new Error(
      `${file}: lines must be one ${name} id per row, ${rows}, received ${lines.length}`,
    );
  }
  const ids = new Map<string, number>();
  for (const [row, line] of lines.entries()) {
    if (ids.has(line))
      throw new Error(`${file}:${row + 1}: ids must not repeat, received "${line}" twice`);
    ids.set(line, row);
  }
  return ids;
}

function idsOf(ids: ReadonlyMap<string, number>): string[] {
  return [...ids.keys()];
}

/** Per query row the relevant corpus rows and their grades. */
function judgements(
  text: string,
  file: string,
  queryIds: ReadonlyMap<string, number>,
  corpusIds: ReadonlyMap<string, number>,
): { relevant: number[][]; grades: number[][] } {
  const relevant: number[][] = Array.from(queryIds, () => []);
  const grades: number[][] = Array.from(queryIds, () => []);
  for (const [query, judged] of parseQrels(text, file)) {
    const row = queryIds.get(query);
    if (row === undefined)
      throw new Error(`${file}: queries must be among the vectors, received "${query}"`);
    for (const [passage, grade] of judged) {
      const passageRow = corpusIds.get(passage);
      if (passageRow === undefined) {
        throw new Error(`${file}: passages must be among the vectors, received "${passage}"`);
      }
      if (grade < 1) continue;
      relevant[row].push(passageRow);
      grades[row].push(grade);
    }
  }
  if (relevant.every((list) => list.length === 0)) {
    throw new Error(`${file}: judgements must name a passage of grade 1 or more, received none`);
  }
  return { relevant, grades };
}
