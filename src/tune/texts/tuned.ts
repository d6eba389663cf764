import type { TextTables } from "../../data/texts/text-tables.js";
import type { Prefixes } from "../../embed/prefixed-embedder.js";
import type { EmbeddingEstimate } from "../../embed/embedder.js";
import type { Matrix } from "../../math/matrix.js";
import type { Decision } from "../verdict/decision.js";

/** How the texts became vectors. */
export interface EmbeddingFacts {
  /** Id of the embedder, prefixes included; `null` where vectors were given without a name. */
  readonly embedder: string | null;
  readonly dimensions: number;
  /** What was put before each text because the model was trained with it; `null` where nothing was put by this call. */
  readonly prefixes: Required<Prefixes> | null;
  /** Tokens of a text that the model reads; `null` where it is not known. */
  readonly tokenLimit: number | null;
  /** Texts that have more tokens than that, whatever the tokenizer: at least so many were cut. */
  readonly cut: { readonly queries: number; readonly passages: number };
  /** What embedding was to take; `null` where vectors were given. */
  readonly estimate: EmbeddingEstimate | null;
}

/** A decision with the texts and vectors that it was made on. Plain data. */
export interface TunedDecision extends Decision {
  /** Row numbers everywhere in the decision are those of these tables. */
  readonly texts: TextTables;
  readonly vectors: { readonly queries: Matrix; readonly passages: Matrix };
  readonly embedding: EmbeddingFacts;
  /** Texts that another one nearly equals, which were kept together: among the questions, and the labelled passages. */
  readonly nearDuplicates: { readonly queries: number; readonly passages: number };
  readonly seed: string | number;
}
