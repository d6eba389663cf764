import { formatTerminalTable, type Table } from "../../base/text-table.js";
import { evaluateRun } from "../../evaluate/retrieval/evaluate-run.js";
import { retrieve, toRun } from "../../evaluate/retrieval/retrieve.js";
import type { RetrievalFigures } from "../../evaluate/retrieval/summarize-ranked.js";
import { formatRun, parseRun } from "../../evaluate/retrieval/trec-format.js";
import { recordEngine } from "../../math/engines/engine-scope.js";
import { zOfLevel, type Interval } from "../../evaluate/statistics/intervals.js";
import { toPlain } from "../../evaluate/tables/to-plain.js";
import { wrongUse } from "../failures.js";
import { writeOutput } from "../files/output.js";
import { readText } from "../files/read-all.js";
import type { EngineFlags } from "../engine.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { evaluatePairs } from "./evaluate-pairs.js";
import {
  evaluateVectors,
  readJudgedVectors,
  readQrels,
  type VectorFlags,
} from "./judged-vectors.js";

export interface EvaluateFlags extends CommonFlags, EngineFlags, VectorFlags {
  readonly qrels?: string | undefined;
  readonly adapter?: string | undefined;
  readonly fit?: string | undefined;
  readonly saveRun?: string | undefined;
  readonly depths: readonly number[];
  readonly level: number;
}

/** `embedtune evaluate`: which of the three kinds of files is meant, the flags tell. */
export async function evaluate(
  flags: EvaluateFlags,
  [file]: [file?: string],
  io: CommandIo,
): Promise<void> {
  const ofVectors = flags.queryVectors !== undefined || flags.corpusVectors !== undefined;
  if (ofVectors && file !== undefined) {
    throw wrongUse(`there must be a file or vectors, received both, ${file} and --query-vectors`);
  }
  if (ofVectors) return evaluateRetrievalOfVectors(flags, io);
  if (file === undefined) {
    throw wrongUse(
      "FILE is missing: scored pairs, or a TREC run beside --qrels; or name --query-vectors, --corpus-vectors and --qrels",
    );
  }
  if (flags.adapter !== undefined || flags.saveRun !== undefined) {
    throw wrongUse("--adapter and --save-run need --query-vectors and --corpus-vectors");
  }
  if (flags.qrels === undefined) return evaluatePairs(file, flags, io);
  if (flags.fit !== undefined)
    throw wrongUse("--fit belongs to scored pairs, received --qrels too");
  const qrels = await readQrels(flags.qrels, io.signal);
  const run = parseRun(await readText(file, io.signal), file);
  const { depths: ks, level } = flags;
  const evaluation = evaluateRun(run, qrels, { ks });
  const intervals = intervalsOf(evaluation, level);
  if (flags.json) {
    return printJson(io, { run: file, qrels: flags.qrels, ...evaluation, level, intervals });
  }
  await io.print(formatTerminalTable(figuresTable(evaluation, ks, intervals, level)));
  const notes = [`${evaluation.n} queries of ${file}, judged by ${flags.qrels}.`];
  if (evaluation.withoutJudgements > 0) {
    notes.push(
      `${evaluation.withoutJudgements} queries of the run have no judgement and are left out.`,
    );
  }
  if (evaluation.ownPassages > 0) {
    notes.push(`${evaluation.ownPassages} passages have the id of their query and take no rank.`);
  }
  if (evaluation.missing > 0) {
    notes.push(`${evaluation.missing} judged queries are not in the run and are left out.`);
  }
  await io.print(`${notes.join("\n")}\n`);
}

async function evaluateRetrievalOfVectors(flags: EvaluateFlags, io: CommandIo): Promise<void> {
  if (flags.fit !== undefined) throw wrongUse("--fit belongs to scored pairs, received vectors");
  const { depths: ks, level, adapter } = flags;
  const judged = await readJudgedVectors(flags, flags.qrels, io.signal);
  const job = { signal: io.signal, onProgress: showProgress(io) };
  const { queries, corpus, evaluation } = await evaluateVectors(judged, adapter, { ...job, ks });
  if (flags.saveRun !== undefined) {
    const ranking = retrieve(queries, corpus, Math.max(...ks));
    const text = formatRun(toRun(ranking, judged.queryIds, judged.corpusIds));
    await writeOutput(flags.saveRun, io, text);
  }
  const intervals = intervalsOf(evaluation, level);
  if (flags.json) {
    const result = { adapter: adapter ?? null, ...evaluation, level, intervals };
    return printJson(io, { ...result, ...recordEngine() });
  }
  await io.print(formatTerminalTable(figuresTable(evaluation, ks, intervals, level)));
  const left =
    evaluation.withoutRelevant === 0
      ? ""
      : `; ${evaluation.withoutRelevant} queries have nothing relevant and are left out`;
  await io.print(
    `${evaluation.n} queries over ${corpus.rows} passages, ${adapter ?? "untouched"}${left}${ownLine(evaluation)}.\n`,
  );
}

/** What is said of passages that are their own query. */
function ownLine({ ownPassages }: { readonly ownPassages: number }): string {
  return ownPassages === 0
    ? ""
    : `; ${ownPassages} passages have the id of their query and take no rank`;
}

/** Mean ± z · standard error, within [0, 1], which every figure lies in; none for a single query. */
export function intervalsOf(
  { metrics, standardErrors }: RetrievalFigures,
  level: number,
): Record<string, Interval> {
  const z = zOfLevel(level);
  return Object.fromEntries(
    Object.entries(standardErrors).map(([name, error]) => [
      name,
      [Math.max(0, metrics[name] - z * error), Math.min(1, metrics[name] + z * error)] as const,
    ]),
  );
}

/** The figures worth a look, a row each. */
function figuresTable(
  { metrics }: RetrievalFigures,
  ks: readonly number[],
  intervals: Readonly<Record<string, Interval>>,
  level: number,
): Table {
  return {
    columns: ["figure", "value", `${Number((100 * level).toFixed(2))} % interval`],
    rows: shownMetrics(ks).map((name) => {
      const interval = name in intervals ? intervals[name] : undefined;
      const ends = interval?.map((end) => end.toFixed(3)).join(" to ");
      return [name, metrics[name].toFixed(3), ends ?? "-"];
    }),
  };
}

export function shownMetrics(ks: readonly number[]): string[] {
  return [...ks.map((k) => `recall@${k}`), `ndcg@${Math.max(...ks)}`, "mrr", "map"];
}

/** A result as one JSON object. */
export async function printJson(io: CommandIo, value: object): Promise<void> {
  await io.print(`${JSON.stringify(toPlain(value), undefined, 2)}\n`);
}
