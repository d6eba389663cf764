import { applyAdapter } from "../../adapter/apply.js";
import { loadAdapter } from "../../adapter/files.js";
import type { LongJobOptions } from "../../base/progress.js";
import { DataError } from "../../data/data-error.js";
import { evaluateRetrieval, type RetrievalEvaluation } from "../../evaluate/retrieval/retrieval.js";
import { parseQrels, type Qrels } from "../../evaluate/retrieval/trec-format.js";
import type { Matrix } from "../../math/matrix.js";
import { wrongUse } from "../failures.js";
import { readIdColumn, readText, readVectors } from "../files/read-all.js";
import { show } from "../../base/show.js";

/** Files of vectors and what tells their rows apart. */
export interface VectorFlags {
  readonly queryVectors?: string | undefined;
  readonly corpusVectors?: string | undefined;
  readonly queryIds?: string | undefined;
  readonly corpusIds?: string | undefined;
}

/** Vectors with the judgements of their rows. */
export interface JudgedVectors {
  readonly queries: Matrix;
  readonly corpus: Matrix;
  /** Name of each row. */
  readonly queryIds: readonly string[];
  readonly corpusIds: readonly string[];
  /** Whether files name both sides: row numbers say nothing of which query is which passage. */
  readonly named: boolean;
  /** Per query the rows of the corpus that answer it, and how well. */
  readonly relevant: readonly (readonly number[])[];
  readonly grades: readonly (readonly number[])[];
}

export async function readQrels(path: string | undefined, signal: AbortSignal): Promise<Qrels> {
  if (path === undefined) {
    throw wrongUse("--qrels is needed, a file of relevance judgements in TREC's or BEIR's format");
  }
  const qrels = parseQrels(await readText(path, signal), path);
  if (qrels.size === 0)
    throw new DataError({ source: path }, "there must be judgements, received none");
  return qrels;
}

/** @throws CommandError where a file is not named; DataError where ids and judgements do not fit the rows. */
export async function readJudgedVectors(
  { queryVectors, corpusVectors, queryIds, corpusIds }: VectorFlags,
  qrelsPath: string | undefined,
  signal: AbortSignal,
): Promise<JudgedVectors> {
  if (queryVectors === undefined) {
    throw wrongUse("--query-vectors is needed beside --corpus-vectors, a .npy file");
  }
  if (corpusVectors === undefined) {
    throw wrongUse("--corpus-vectors is needed beside --query-vectors, a .npy file");
  }
  const qrels = await readQrels(qrelsPath, signal);
  const queries = await readVectors(queryVectors, signal);
  const corpus = await readVectors(corpusVectors, signal);
  if (queries.cols !== corpus.cols) {
    throw new DataError(
      { source: corpusVectors },
      `the vectors must have as many dimensions as those of ${queryVectors}, ${queries.cols}, received ${corpus.cols}`,
    );
  }
  const rowOfQuery = await readIds(queryIds, queries.rows, "query", signal);
  const rowOfPassage = await readIds(corpusIds, corpus.rows, "passage", signal);
  return {
    queries,
    corpus,
    queryIds: [...rowOfQuery.keys()],
    corpusIds: [...rowOfPassage.keys()],
    named: queryIds !== undefined && corpusIds !== undefined,
    ...judgedRows(qrels, qrelsPath ?? "qrels", rowOfQuery, rowOfPassage),
  };
}

/** Row by id, in the order of the rows; the row numbers themselves where no file names them. */
async function readIds(
  path: string | undefined,
  rows: number,
  name: "query" | "passage",
  signal: AbortSignal,
): Promise<Map<string, number>> {
  if (path === undefined) return new Map(Array.from({ length: rows }, (_, i) => [String(i), i]));
  const lines = await readIdColumn(path, signal);
  if (lines.length !== rows) {
    throw new DataError(
      { source: path },
      `lines must be one ${name} id per row, ${rows}, received ${lines.length}`,
    );
  }
  const ids = new Map<string, number>();
  for (const [row, line] of lines.entries()) {
    if (ids.has(line)) {
      throw new DataError(
        { source: path, line: row + 1 },
        `ids must not repeat, received ${show(line)} twice`,
      );
    }
    ids.set(line, row);
  }
  return ids;
}

function judgedRows(
  qrels: Qrels,
  source: string,
  rowOfQuery: ReadonlyMap<string, number>,
  rowOfPassage: ReadonlyMap<string, number>,
): Pick<JudgedVectors, "relevant" | "grades"> {
  const relevant: number[][] = Array.from(rowOfQuery, () => []);
  const grades: number[][] = Array.from(rowOfQuery, () => []);
  const row = (rows: ReadonlyMap<string, number>, id: string, what: string): number => {
    const found = rows.get(id);
    if (found !== undefined) return found;
    const flag = what === "queries" ? "--query-ids" : "--corpus-ids";
    throw new DataError(
      { source },
      `${what} must be among the vectors, received ${show(id)} (rows count from 0 unless ${flag} names them)`,
    );
  };
  for (const [query, judged] of qrels) {
    const queryRow = row(rowOfQuery, query, "queries");
    for (const [passage, grade] of judged) {
      const passageRow = row(rowOfPassage, passage, "passages");
      if (grade < 1) continue;
      relevant[queryRow].push(passageRow);
      grades[queryRow].push(grade);
    }
  }
  if (relevant.every((list) => list.length === 0)) {
    throw new DataError(
      { source },
      "judgements must name a passage of grade 1 or more, received none",
    );
  }
  return { relevant, grades };
}

/** Vectors as an adapter makes them, and how well they find. */
export interface EvaluatedSystem {
  readonly name: string;
  readonly queries: Matrix;
  readonly corpus: Matrix;
  readonly evaluation: RetrievalEvaluation;
}

/** Ranks the corpus for each query, under an adapter where one is named. */
export async function evaluateVectors(
  { queries, corpus, relevant, grades, queryIds, corpusIds, named }: JudgedVectors,
  adapterFile: string | undefined,
  options: LongJobOptions & { readonly ks: readonly number[] },
): Promise<EvaluatedSystem> {
  let vectors = { queries, corpus };
  if (adapterFile !== undefined) {
    const adapter = await loadAdapter(adapterFile);
    if (adapter.inputDimensions !== queries.cols) {
      throw new DataError(
        { source: adapterFile },
        `the adapter takes vectors of ${adapter.inputDimensions} dimensions, received ${queries.cols}`,
      );
    }
    vectors = {
      queries: applyAdapter(adapter, queries, { side: "query", embedder: null }),
      corpus: applyAdapter(adapter, corpus, { side: "passage", embedder: null }),
    };
  }
  const evaluation = await evaluateRetrieval(vectors.queries, vectors.corpus, relevant, {
    ...options,
    grades,
    ids: named ? { queries: queryIds, corpus: corpusIds } : undefined,
  });
  return { name: adapterFile ?? "untouched", ...vectors, evaluation };
}
