import { formatTerminalTable } from "../../base/text-table.js";
import { compareRetrieval } from "../../evaluate/compare/compare-retrieval.js";
import { comparePaired, type Comparison } from "../../evaluate/compare/compare.js";
import { evaluateRun, type RunEvaluation } from "../../evaluate/retrieval/evaluate-run.js";
import { parseRun, type Qrels, type Run } from "../../evaluate/retrieval/trec-format.js";
import { comparisonTable } from "../../evaluate/tables/tables.js";
import { recordEngine } from "../../math/engines/engine-scope.js";
import { wrongUse } from "../failures.js";
import { readText } from "../files/read-all.js";
import type { EngineFlags } from "../engine.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { printJson, shownMetrics } from "./evaluate.js";
import {
  evaluateVectors,
  readJudgedVectors,
  readQrels,
  type VectorFlags,
} from "./judged-vectors.js";

export interface CompareFlags extends CommonFlags, EngineFlags, VectorFlags {
  readonly qrels?: string | undefined;
  readonly metric: string;
  readonly depths: readonly number[];
  readonly level: number;
  readonly seed: string;
}

interface Compared {
  readonly before: string;
  readonly after: string;
  readonly verdict: Comparison;
  readonly comparisons: readonly Comparison[];
  readonly changes: { readonly won: number; readonly lost: number; readonly tied: number };
  /** What the reader must know beside the figures. */
  readonly notes: readonly string[];
}

/** `embedtune compare`: two runs, or two adapters over the same vectors. */
export async function compare(
  flags: CompareFlags,
  [first, second]: [first: string, second?: string],
  io: CommandIo,
): Promise<void> {
  const ofVectors = flags.queryVectors !== undefined || flags.corpusVectors !== undefined;
  const metrics = [...shownMetrics(flags.depths), "ndcg"];
  const known = ["accuracy", "precision", "recall", "mrr", "ndcg", "map"].flatMap((name) =>
    flags.depths.map((k) => `${name}@${k}`),
  );
  if (![...metrics, ...known].includes(flags.metric)) {
    throw wrongUse(
      `--metric must be mrr, map, ndcg or one such as recall@${flags.depths[0]} at a depth of --depths, received ${JSON.stringify(flags.metric)}`,
    );
  }
  if (!ofVectors && second === undefined) {
    throw wrongUse(
      "SECOND is missing: compare takes two TREC runs and --qrels; or one or two adapters beside --query-vectors, --corpus-vectors and --qrels",
    );
  }
  const compared = ofVectors
    ? await compareAdapters(flags, second === undefined ? [undefined, first] : [first, second], io)
    : await compareRuns(flags, [first, second ?? ""], io);
  const { verdict, comparisons, changes } = compared;
  if (flags.json)
    return printJson(io, { ...compared, sentence: verdict.sentence, ...recordEngine() });
  const shown = shownMetrics(flags.depths);
  const rows = comparisons.filter(
    ({ metric }) => shown.includes(metric) || metric === flags.metric,
  );
  await io.print(`before: ${compared.before}\nafter:  ${compared.after}\n\n`);
  await io.print(formatTerminalTable(comparisonTable(rows)));
  const { won, lost, tied } = changes;
  await io.print(`${verdict.sentence}\nQueries won ${won}, lost ${lost}, tied ${tied}.\n`);
  for (const note of compared.notes) await io.print(`${note}\n`);
}

async function compareAdapters(
  flags: CompareFlags,
  [first, second]: readonly [string | undefined, string],
  io: CommandIo,
): Promise<Compared> {
  const judged = await readJudgedVectors(flags, flags.qrels, io.signal);
  const job = { signal: io.signal, onProgress: showProgress(io), ks: flags.depths };
  const before = await evaluateVectors(judged, first, job);
  const after = await evaluateVectors(judged, second, job);
  const { metric, level, seed } = flags;
  const { verdict, comparisons, changes } = compareRetrieval(before.evaluation, after.evaluation, {
    metric,
    level,
    seed,
  });
  const { won, lost, tied } = changes;
  return {
    before: before.name,
    after: after.name,
    verdict,
    comparisons,
    changes: { won, lost, tied },
    notes: [],
  };
}

async function compareRuns(
  { qrels: qrelsFile, metric: deciding, level, seed, depths: ks }: CompareFlags,
  [first, second]: readonly [string, string],
  io: CommandIo,
): Promise<Compared> {
  const qrels = await readQrels(qrelsFile, io.signal);
  const read = async (file: string): Promise<Run> =>
    parseRun(await readText(file, io.signal), file);
  const runs = [await read(first), await read(second)];
  const evaluations = runs.map((run) => evaluateRun(run, qrels, { ks }));
  const queries = judgedInEither(runs, qrels);
  const values = (evaluation: RunEvaluation, metric: string): number[] => {
    const byQuery = new Map(
      evaluation.queries.map((id, i) => [id, evaluation.perQuery[metric][i]]),
    );
    // What a run does not list for a query that the other answers, it has not found.
    return queries.map((id) => byQuery.get(id) ?? 0);
  };
  const comparisons = Object.keys(evaluations[0].perQuery).map((metric) =>
    comparePaired(metric, values(evaluations[0], metric), values(evaluations[1], metric), {
      level,
      seed,
    }),
  );
  const verdict = comparisons.find(({ metric }) => metric === deciding)!;
  const before = values(evaluations[0], deciding);
  const gains = values(evaluations[1], deciding).map((value, i) => value - before[i]);
  const won = gains.filter((gain) => gain > 0).length;
  const lost = gains.filter((gain) => gain < 0).length;
  const notes = [first, second].flatMap((file, i) => {
    const absent = queries.length - evaluations[i].n;
    return absent === 0 ? [] : [`${absent} queries are missing in ${file} and count as not found.`];
  });
  return {
    before: first,
    after: second,
    verdict,
    comparisons,
    changes: { won, lost, tied: gains.length - won - lost },
    notes,
  };
}

/** Judged queries that one run or the other answers, in the order of the first. */
function judgedInEither(runs: readonly Run[], qrels: Qrels): string[] {
  const ids = new Set(
    runs.flatMap((run) => [...run].flatMap(([id, { length }]) => (length > 0 ? [id] : []))),
  );
  return [...ids].filter((id) => qrels.has(id));
}
