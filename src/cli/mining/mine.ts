import { stat } from "node:fs/promises";
import { addEstimates, estimateEmbedding } from "../../embed/estimate.js";
import { DataError } from "../../data/data-error.js";
import type { Pair } from "../../data/types.js";
import { createAnswerGuard } from "../../negatives/guards/answer-guard.js";
import { createBm25Index } from "../../negatives/indexes/bm25-index.js";
import { createVectorLookup } from "../../negatives/indexes/text-vectors.js";
import { createVectorIndex } from "../../negatives/indexes/vector-index.js";
import {
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
  type LabelledList,
  type NTuple,
  type ScoredPair,
  type Triplet,
} from "../../negatives/mining/mined-formats.js";
import { toDatasetRecords } from "../../negatives/mining/dataset-records.js";
import {
  mineHardNegatives,
  type MinedNegatives,
} from "../../negatives/mining/mine-hard-negatives.js";
import { miningTexts, type MiningTexts } from "../../negatives/mining/mining-texts.js";
import { samePageCandidates } from "../../negatives/samplers/same-page-candidates.js";
import { sampleSamePageNegatives } from "../../negatives/samplers/same-page-negatives.js";
import { sampleWeakNegatives } from "../../negatives/samplers/weak-negatives.js";
import type { Matrix } from "../../math/matrix.js";
import { keptIn, withEmbedder, type EmbedderFlags } from "../embedding/open-embedder.js";
import { agreeToSpend, estimateSentence } from "../embedding/spending.js";
import { interruptible, wrongUse } from "../failures.js";
import { withOutput } from "../files/output.js";
import { sniff } from "../../data/vector-files/sniff.js";
import { formatOfName } from "../../data/vector-files/vector-writer.js";
import type { TextFileFlags } from "../files/tuning-columns.js";
import type { EngineFlags } from "../engine.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import {
  isNaturalQuestions,
  readAnswers,
  readQuestionsInput,
  readTextsInput,
  type MiningInput,
} from "./mining-input.js";

export interface MineFlags extends CommonFlags, EngineFlags, EmbedderFlags, TextFileFlags {
  readonly embedder?: string | undefined;
  readonly method?: Method | undefined;
  readonly as: "pairs" | "triplets" | "tuples" | "lists";
  readonly columns?: readonly [anchor: string, positive: string, label?: string] | undefined;
  readonly out: string;
  readonly corpus?: string | undefined;
  readonly num: number;
  readonly relativeMargin: number;
  readonly excludeAnswers?: boolean | undefined;
  readonly seed: string;
}

type Method = "nearest" | "bm25" | "weak" | "same-page";

type MinedRecord = Pair | ScoredPair | Triplet | NTuple | LabelledList;

interface Mined {
  readonly records: readonly MinedRecord[];
  readonly wanted: number;
  readonly mined: number;
  readonly drops: Readonly<Record<string, number | undefined>>;
}

/** `embedtune mine`: negatives for the positives of a file. */
export async function mine(flags: MineFlags, [file]: [string], io: CommandIo): Promise<void> {
  const { embedder, out, json = false, as } = flags;
  const method = flags.method ?? (embedder === undefined ? "bm25" : "nearest");
  if (method === "nearest" && embedder === undefined) {
    throw wrongUse(
      "--method nearest needs --embedder, such as hashing or openai:text-embedding-3-small",
    );
  }
  if ((method === "weak" || method === "same-page") && as !== "pairs") {
    throw wrongUse(`--as ${as} needs --method nearest or bm25; --method ${method} gives pairs`);
  }
  if (out === "-" && json)
    throw wrongUse("--json and --out - both want standard output, leave one out");
  const input = await readInput(file, flags, io);
  io.say(
    `${file} is read as ${input.format}: ${input.positives.length} matches; mined by ${method}`,
  );
  for (const note of input.notes) io.say(note);
  const mined = await mineBy(method, input, flags, io);
  if (mined === undefined) return;
  const [anchor, positive, label] = flags.columns ?? [];
  const records: readonly object[] =
    flags.columns === undefined
      ? mined.records
      : toDatasetRecords(mined.records, { anchor, positive, label });
  await withOutput(out, io, async (sink) => {
    if (formatOfName(out) === "parquet") {
      const { encodeParquet } = await import("../../data/parquet/encode-parquet.js");
      return sink.write(encodeParquet(records as readonly Readonly<Record<string, unknown>>[]));
    }
    for (const record of records) await sink.write(`${JSON.stringify(record)}\n`);
  });
  const { wanted, mined: count, drops } = mined;
  if (json) return io.print(`${JSON.stringify({ out, method, wanted, mined: count, drops })}\n`);
  const reasons = Object.entries(drops).map(([reason, dropped]) => `${reason} ${dropped}`);
  const line = `${count} of ${wanted} negatives; left out: ${reasons.join(", ") || "nothing"}`;
  if (out === "-") io.say(line);
  else await io.print(`${out}: ${line}\n`);
}

async function readInput(file: string, flags: MineFlags, io: CommandIo): Promise<MiningInput> {
  const job = { signal: io.signal, onProgress: showProgress(io) };
  const isFolder = file !== "-" && (await stat(file).catch(() => undefined))?.isDirectory();
  const sniffed = isFolder === true ? undefined : await sniff(file, io.signal);
  const input =
    sniffed !== undefined && isNaturalQuestions(sniffed)
      ? await readQuestionsInput(sniffed, job)
      : await readTextsInput(sniffed?.source ?? file, flags, job);
  if (input.positives.length === 0) {
    const received = `none in ${input.format}; --query-column and --passage-column name the columns`;
    throw new DataError(
      { source: file },
      `there must be a pair with label 1 to mine for, received ${received}`,
    );
  }
  if (flags.excludeAnswers !== true) return input;
  const answers = sniffed === undefined ? [] : await readAnswers(sniffed, input, flags, job);
  if (answers.length === 0) {
    throw new DataError(
      { source: file },
      "--exclude-answers needs answers, received a file without",
    );
  }
  return { ...input, guards: [...input.guards, createAnswerGuard(answers)] };
}

/** @returns `undefined` after a dry run. */
async function mineBy(
  method: Method,
  input: MiningInput,
  flags: MineFlags,
  io: CommandIo,
): Promise<Mined | undefined> {
  const { positives, corpus, guards, questions } = input;
  const { num, seed, relativeMargin } = flags;
  const job = { signal: io.signal, onProgress: showProgress(io) };
  const options = { numNegatives: num, relativeMargin, guards, seed, ...job };
  switch (method) {
    case "weak": {
      const pool = corpus.length > 0 ? corpus : undefined;
      return sampled(
        positives,
        sampleWeakNegatives(positives, { perPositive: num, seed, guards, pool }),
      );
    }
    case "same-page": {
      if (questions === null) {
        throw wrongUse("--method same-page needs Natural Questions, whose pages are known");
      }
      const excludeAnswers = flags.excludeAnswers === true;
      const candidates = samePageCandidates(questions, { excludeAnswers });
      const { embedder } = flags;
      if (embedder === undefined) {
        return sampled(positives, sampleSamePageNegatives(candidates, { perPositive: num, seed }));
      }
      const texts = miningTexts(positives, { corpus: corpus.map(({ text }) => text) });
      return withVectors(embedder, texts, flags, io, ({ queries, passages }) => {
        const vectors = {
          query: createVectorLookup(texts.queries, queries),
          passage: createVectorLookup(texts.passages, passages),
        };
        return sampled(
          positives,
          sampleSamePageNegatives(candidates, { perPositive: num, vectors }),
        );
      });
    }
    case "bm25": {
      const texts = miningTexts(positives, { corpus: corpus.map(({ text }) => text) });
      const mined = await mineHardNegatives(positives, createBm25Index(texts.passages), options);
      return hard(mined, flags);
    }
    case "nearest": {
      const texts = miningTexts(positives, { corpus: corpus.map(({ text }) => text) });
      return withVectors(flags.embedder ?? "", texts, flags, io, async (vectors) => {
        const index = createVectorIndex(texts, vectors);
        return hard(await mineHardNegatives(positives, index, options), flags);
      });
    }
  }
}

function hard(mined: MinedNegatives, { as, num }: MineFlags): Mined {
  const records = {
    pairs: () => toLabelledPairs(mined),
    triplets: () => toTriplets(mined),
    tuples: () => toTuples(mined, num),
    lists: () => toLabelledLists(mined),
  }[as]();
  const { wanted, mined: count, drops } = mined.counts;
  return { records, wanted, mined: count, drops };
}

function sampled(
  positives: readonly Pair[],
  {
    pairs,
    counts,
  }: {
    readonly pairs: readonly Pair[];
    readonly counts: {
      readonly wanted: number;
      readonly sampled: number;
      readonly drops: Mined["drops"];
    };
  },
): Mined {
  const { wanted, sampled: mined, drops } = counts;
  return { records: [...positives, ...pairs], wanted, mined, drops };
}

/** Embeds what mining needs, with everybody's consent, for the time of `work`; `undefined` after a dry run. */
async function withVectors(
  name: string,
  texts: MiningTexts,
  flags: MineFlags,
  io: CommandIo,
  work: (vectors: {
    readonly queries: Matrix;
    readonly passages: Matrix;
  }) => Mined | Promise<Mined>,
): Promise<Mined | undefined> {
  return withEmbedder(name, flags, io, async (open) => {
    const { dryRun = false } = flags;
    if (open.priced || dryRun) {
      const { embedder } = open;
      const { signal } = io;
      const estimate = addEstimates(
        await estimateEmbedding(embedder, texts.queries, { side: "query", signal }),
        await estimateEmbedding(embedder, texts.passages, { side: "passage", signal }),
      );
      if (dryRun) {
        await io.print(`${estimateSentence(estimate)}\n`);
        return undefined;
      }
      await agreeToSpend(open, estimate, flags, io);
    }
    return interruptible(
      io.signal,
      () => keptIn(open),
      async () => {
        const job = { signal: io.signal, onProgress: showProgress(io) };
        const queries = await open.embedder.embed(texts.queries, { side: "query", ...job });
        const passages = await open.embedder.embed(texts.passages, { side: "passage", ...job });
        return work({ queries, passages });
      },
    );
  });
}
