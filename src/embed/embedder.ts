import type { Matrix } from "../math/matrix.js";
import type { LongJobOptions, Wait } from "../base/progress.js";

export interface EmbedOptions extends LongJobOptions {
  /** What the texts are; models that want "query: " / "passage: " prefixes need it. @default "passage" */
  readonly side?: "query" | "passage" | undefined;
  /** Called by an embedder that waits; whoever reports progress says so there. */
  readonly onWait?: ((wait: Wait) => void) | undefined;
}

/** Some rows of an answer, as soon as they are there. */
export interface EmbeddedBatch {
  /** Which texts: `vectors` row `k` belongs to `texts[indices[k]]`. */
  readonly indices: readonly number[];
  readonly vectors: Matrix;
}

/** From the least to the most; both the same where it is known exactly. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What embedding some texts would take. */
export interface EmbeddingEstimate {
  /** Different texts. */
  readonly texts: number;
  /** Of these, the ones that no cache has. */
  readonly toEmbed: number;
  /** Their tokens; `null` where nobody can tell. */
  readonly tokens: Range | null;
  /** US dollars; `null` where the price is not known, 0 where nothing has to be asked for. */
  readonly cost: Range | null;
  /** `null` where nobody can tell. */
  readonly requests: number | null;
  /** Minutes; a rule of thumb. `null` where nobody can tell. */
  readonly minutes: Range | null;
}

/** Turns texts into vectors. Everything that embeds (OpenAI, local models, a cache around them) is one of these. */
export interface Embedder {
  /**
   * Names everything the vectors depend on (provider, model, dimensions, prefixes), e.g.
   * `"openai/text-embedding-3-small/512"`: vectors of two ids are never mixed.
   */
  readonly id: string;
  /** Length of each vector; `undefined` until the first answer tells. */
  readonly dimensions: number | undefined;
  /**
   * True when a text has the same vector as query and as passage: a cache then keeps one entry for both.
   *
   * @default false
   */
  readonly symmetric?: boolean | undefined;
  /** Row `i` is the vector of `texts[i]`; every value finite. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Matrix>;
  /**
   * The same vectors, batch by batch in whatever order they are finished, each text in one batch. A cache stores each
   * batch before it asks for the next, so an embedder whose answers cost money should offer this.
   */
  embedBatches?(texts: readonly string[], options?: EmbedOptions): AsyncIterable<EmbeddedBatch>;
  /** What `embed` would take, nothing sent: of texts that are all different. An embedder whose answers cost money should offer this. */
  estimate?(
    texts: readonly string[],
    options?: Pick<EmbedOptions, "side" | "signal">,
  ): Promise<EmbeddingEstimate>;
}
