import { checkNumber, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { layOutTexts } from "../data/texts/text-tables.js";
import type { TuningData } from "../data/tuning-data.js";
import type { Embedder, EmbeddingEstimate } from "../embed/embedder.js";
import { checkNegatives } from "./candidates/check-methods.js";
import { checkFitOptions, fitAdapter, type FitAdapterOptions } from "./fit-adapter.js";
import {
  checkEmbedder,
  embedTables,
  estimateTables,
  prepareEmbedder,
  takeGivenVectors,
  type EmbeddingSetup,
} from "./texts/embed-tables.js";
import type { GivenVectors } from "./texts/given-vectors.js";
import { labelTexts } from "./texts/label-texts.js";
import type { TunedDecision } from "./texts/tuned.js";

export interface TuneOptions extends Omit<FitAdapterOptions, "embedder">, EmbeddingSetup {
  /** What turns texts into vectors; not needed where `vectors` are given. */
  readonly embedder?: Embedder | undefined;
  /** Vectors that were made beforehand, in the order of the data. */
  readonly vectors?: GivenVectors | undefined;
  /** Tokens of a text that the model reads. @default what is known of the model */
  readonly tokenLimit?: number | undefined;
  /** The most that embedding may cost, in US dollars: more is refused before anything is sent. @default Infinity */
  readonly maxCost?: number | undefined;
  /** Told what embedding would take, before anything is sent; answering `false` ends the job. */
  readonly approve?: ((estimate: EmbeddingEstimate) => boolean | Promise<boolean>) | undefined;
}

/**
 * From texts to a decision: checks and counts them, prices the job, embeds what no cache has, keeps near-duplicates
 * together, fits, judges, and says in one sentence whether an adapter is worth using.
 *
 * Everything that it does is a function of its own: `layOutTexts`, `withModelPrefixes`, `estimateEmbedding`, `withCache`,
 * `labelTexts`, `fitAdapter`. With a cache, a run that was stopped goes on where it ended; the same seed gives the same
 * bits.
 *
 * @param data Pairs of query and passage, with or without a corpus; labelled questions against a corpus (queries, corpus,
 *   qrels); or a corpus alone, which ends in the verdict "untested". Lists, or what a reader gives.
 * @throws DataError naming a text or pair that is not as expected; RangeError on options outside their range, and where
 *   embedding would cost more than `maxCost`; whatever the embedder throws.
 */
export async function tune(data: TuningData, options: TuneOptions): Promise<TunedDecision> {
  checkOptions(options, "tune");
  const { embedder, vectors: given, cache, prefixes, ...rest } = options;
  const { tokenLimit, maxCost = Infinity, approve, ...fit } = rest;
  const { signal, onProgress, seed = 1 } = fit;
  checkFitOptions(fit);
  const tables = await layOutTexts(data, "tune");
  const { label } = tables.pairs;
  if (fit.candidates !== undefined && label.includes(1)) {
    // Embedding would be paid for in vain.
    checkNegatives(fit.candidates, label.filter((of) => of === 0).length, "tune");
  }
  let embedded;
  if (embedder === undefined) embedded = takeGivenVectors(tables, given!, tokenLimit, "tune");
  else {
    const prepared = prepareEmbedder(embedder, { prefixes, cache });
    const estimate = await estimateTables(tables, prepared, signal);
    await checkPrice(estimate, maxCost, approve);
    embedded = await embedTables(tables, prepared, { estimate, tokenLimit, signal, onProgress });
  }
  signal?.throwIfAborted();
  const { vectors, embedding } = embedded;
  const { data: labelled, nearDuplicates } = labelTexts(tables, vectors);
  const decision = await fitAdapter(labelled, { ...fit, embedder: embedding.embedder });
  return { ...decision, texts: tables, vectors, embedding, nearDuplicates, seed };
}

/**
 * What embedding the texts of some data would take, the cache asked first; nothing is sent.
 *
 * @throws DataError as {@link tune}.
 */
export async function estimateTuning(
  data: TuningData,
  options: EmbeddingSetup & Pick<LongJobOptions, "signal"> & { readonly embedder: Embedder },
): Promise<EmbeddingEstimate> {
  checkOptions(options, "estimateTuning");
  const { embedder, prefixes, cache, signal } = options;
  const tables = await layOutTexts(data, "estimateTuning");
  return estimateTables(tables, prepareEmbedder(embedder, { prefixes, cache }), signal);
}

async function checkPrice(
  estimate: EmbeddingEstimate,
  maxCost: number,
  approve: TuneOptions["approve"],
): Promise<void> {
  const { cost, toEmbed, requests } = estimate;
  if (cost === null && requests !== null && requests > 0 && maxCost < Infinity) {
    throw new RangeError(
      `tune: maxCost cannot be kept, as nobody knows what the ${toEmbed} texts would cost; name the embedder's price (pricePerMillionTokens) or leave maxCost out; nothing was sent`,
    );
  }
  if (cost !== null && cost.high > maxCost) {
    throw new RangeError(
      `tune: maxCost must be at least ${dollars(cost.high)} to embed ${toEmbed} texts, received ${dollars(maxCost)}; nothing was sent`,
    );
  }
  if (approve !== undefined && !(await approve(estimate))) {
    throw new Error("tune: the estimate was not approved; nothing was sent");
  }
}

/** Of small amounts the digits that tell them from nothing. */
const dollars = (amount: number): string =>
  `$${amount > 0 && amount < 0.01 ? amount.toPrecision(2) : amount.toFixed(2)}`;

/** Whoever comes without types forgets fields. */
export function checkOptions(options: unknown, caller: string): void {
  const {
    embedder,
    vectors,
    tokenLimit,
    maxCost = 0,
    prefixes = "auto",
  } = (options ?? {}) as TuneOptions;
  if (embedder === undefined && vectors === undefined) {
    throw new RangeError(
      `${caller}: embedder must be given (e.g. createHashingEmbedder(), or createOpenAIEmbedder() of embedtune/openai), or vectors made beforehand, received neither`,
    );
  }
  if (embedder !== undefined && vectors !== undefined) {
    throw new RangeError(`${caller}: one of embedder and vectors must be left out, received both`);
  }
  if (embedder !== undefined) checkEmbedder(embedder, caller);
  if (vectors !== undefined && (typeof vectors !== "object" || (vectors as unknown) === null)) {
    refuse(`${caller}: vectors`, "{ queries, corpus }", vectors);
  }
  if (tokenLimit !== undefined) checkNumber(tokenLimit, `${caller}: tokenLimit`, { least: 1 });
  if (!(maxCost >= 0)) refuse(`${caller}: maxCost`, "a number of US dollars >= 0", maxCost);
  if (typeof prefixes === "string" && prefixes !== "auto" && prefixes !== "none") {
    refuse(`${caller}: prefixes`, '"auto", "none" or { query, passage }', prefixes);
  }
}
