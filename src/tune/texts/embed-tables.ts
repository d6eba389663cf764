import { refuse } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { TextTables } from "../../data/texts/text-tables.js";
import { withCache } from "../../embed/cache/cache.js";
import type { Embedder, EmbeddingEstimate } from "../../embed/embedder.js";
import { addEstimates, estimateEmbedding } from "../../embed/estimate.js";
import { leastTokens, modelConventions } from "../../embed/models/known-models.js";
import { missingPrefixes } from "../../embed/models/with-model-prefixes.js";
import { withPrefixes, type Prefixes } from "../../embed/prefixed-embedder.js";
import type { KeyValueStore } from "../../embed/stores/key-value-store.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import { pickGivenVectors, type GivenVectors } from "./given-vectors.js";
import type { EmbeddingFacts } from "./tuned.js";

export interface EmbeddingSetup {
  /** Where vectors are kept, so that the next run asks for none of them again. @default nowhere */
  readonly cache?: KeyValueStore | undefined;
  /**
   * What is put before questions and passages. "auto" puts what a known model was trained with (e5, bge, nomic, …), where
   * the embedder puts nothing yet; "none" puts nothing.
   * @default "auto"
   */
  readonly prefixes?: Prefixes | "auto" | "none" | undefined;
}

/** An embedder as a job uses it. */
export interface PreparedEmbedder {
  readonly embedder: Embedder;
  readonly prefixes: Required<Prefixes> | null;
}

/** @throws RangeError on what does not embed; whoever comes without types forgets it, or names a model. */
export function checkEmbedder(embedder: unknown, caller: string): void {
  if (typeof (embedder as Partial<Embedder> | null | undefined)?.embed === "function") return;
  const wanted = "an Embedder, as createFunctionEmbedder makes one of a function";
  refuse(`${caller}: embedder`, wanted, embedder);
}

/** The cache stands inside: it knows texts with their prefixes, as the model does. */
export function prepareEmbedder(
  embedder: Embedder,
  { prefixes = "auto", cache }: EmbeddingSetup,
): PreparedEmbedder {
  const cached = cache === undefined ? embedder : withCache(embedder, cache);
  const put =
    prefixes === "auto"
      ? missingPrefixes(embedder)
      : prefixes === "none"
        ? null
        : { query: "", passage: "", ...prefixes };
  return { embedder: put === null ? cached : withPrefixes(cached, put), prefixes: put };
}

/** What embedding all texts would take; nothing is sent. */
export async function estimateTables(
  { queries, passages }: TextTables,
  { embedder }: PreparedEmbedder,
  signal: LongJobOptions["signal"],
): Promise<EmbeddingEstimate> {
  return addEstimates(
    await estimateEmbedding(embedder, queries, { side: "query", signal }),
    await estimateEmbedding(embedder, passages, { side: "passage", signal }),
  );
}

/** Vectors of all texts, and how they came about. */
export interface EmbeddedTables {
  readonly vectors: { readonly queries: Matrix; readonly passages: Matrix };
  readonly embedding: EmbeddingFacts;
}

export async function embedTables(
  tables: TextTables,
  { embedder, prefixes }: PreparedEmbedder,
  {
    estimate,
    tokenLimit,
    signal,
    onProgress,
  }: LongJobOptions & {
    /** What it was to take, where somebody asked. */
    readonly estimate: EmbeddingEstimate | null;
    readonly tokenLimit: number | null | undefined;
  },
): Promise<EmbeddedTables> {
  const embed = async (
    side: "query" | "passage",
    stage: string,
    texts: readonly string[],
  ): Promise<Matrix> =>
    texts.length === 0
      ? createMatrix(0, 0)
      : embedder.embed(texts, {
          ...{ side, signal },
          onProgress: onProgress && ((at) => onProgress({ ...at, stage })),
        });
  const passages = await embed("passage", "embed passages", tables.passages);
  const queries = await embed("query", "embed questions", tables.queries);
  return {
    // Without questions nobody could tell how long their vectors would be.
    vectors: { queries: queries.rows === 0 ? createMatrix(0, passages.cols) : queries, passages },
    embedding: {
      ...factsOf(tables, embedder.id, passages.cols, tokenLimit),
      ...{ prefixes, estimate },
    },
  };
}

/** The same from vectors made beforehand. */
export function takeGivenVectors(
  tables: TextTables,
  given: GivenVectors,
  tokenLimit: number | undefined,
  caller: string,
): EmbeddedTables {
  const vectors = pickGivenVectors(tables, given, caller);
  const facts = factsOf(tables, given.embedder ?? null, vectors.passages.cols, tokenLimit);
  return { vectors, embedding: { ...facts, prefixes: null, estimate: null } };
}

function factsOf(
  { queries, passages }: TextTables,
  embedder: string | null,
  dimensions: number,
  given: number | null | undefined,
): Pick<EmbeddingFacts, "embedder" | "dimensions" | "tokenLimit" | "cut"> {
  const known = embedder === null ? null : (modelConventions(embedder)?.tokenLimit ?? null);
  const tokenLimit = given ?? known;
  const cut = (texts: readonly string[]): number =>
    tokenLimit === null ? 0 : texts.filter((text) => leastTokens(text) > tokenLimit).length;
  return {
    ...{ embedder, dimensions, tokenLimit },
    cut: { queries: cut(queries), passages: cut(passages) },
  };
}
