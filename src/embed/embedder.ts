import type { Matrix } from "../math/matrix.js";
import type { LongJobOptions } from "../math/progress.js";

export interface EmbedOptions extends LongJobOptions {
  /** What the texts are; models that want "query: " / "passage: " prefixes need it. @default "passage" */
  readonly side?: "query" | "passage" | undefined;
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
  /** Row `i` is the vector of `texts[i]`; every value finite. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Matrix>;
}
