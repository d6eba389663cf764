import type { TextTables } from "../data/texts/text-tables.js";
import type { Matrix } from "../math/matrix.js";
import type { Judgement } from "../tune/judgement.js";
import type { AdapterLearningCurve } from "../tune/learning-curve.js";
import type { TunedDecision } from "../tune/texts/tuned.js";
import type { LabelledTables } from "../tune/review/label-changes.js";
import type { Decision, FormDecision } from "../tune/verdict/decision.js";

/** What the page reads of texts. */
export type ReportedTexts = Pick<TextTables, "queries" | "passages"> &
  Partial<Pick<TextTables, "queryIds" | "passageIds" | "pairs" | "groups" | "counts">>;

/**
 * What a page is made from: a `Decision` alone, as `fitAdapter` returns it, or with texts and vectors, as `tune` does.
 * Row numbers of the decision are those of `texts` and `vectors`.
 */
export interface ReportedDecision extends Omit<Decision, "forms"> {
  /** The adapters that they stand on are not shown. */
  readonly forms: readonly Omit<FormDecision, "adapter" | "moved">[];
  readonly texts?: ReportedTexts | undefined;
  readonly vectors?: { readonly queries: Matrix; readonly passages: Matrix } | undefined;
  readonly embedding?: TunedDecision["embedding"] | undefined;
  readonly nearDuplicates?: TunedDecision["nearDuplicates"] | undefined;
  readonly seed?: string | number | undefined;
}

/** A line under "What was done". */
export interface ReportFact {
  readonly label: string;
  readonly value: string | number;
}

/** A way of drawing the map, in two axes or in three that turn. */
export type MapProjection = (typeof mapProjections)[number];

export const mapProjections = ["tsne", "tsne-3d", "umap", "umap-3d"] as const;

export interface ReportOptions {
  /** @default "Does customising the embedding help?" */
  readonly title?: string | undefined;
  /** Whether texts may stand in the file; without, ids (or row numbers), ranks and cosines do. @default true */
  readonly texts?: boolean | undefined;
  /** More of what was done, in order, e.g. `{ label: "Export", value: "tickets of May" }`. @default none */
  readonly facts?: readonly ReportFact[] | undefined;
  /** What `judgeAdapter` found on questions that were held back from the decision. @default none */
  readonly judgement?: Pick<Judgement, "sentence"> | undefined;
  /** What `adapterLearningCurve` found. @default none */
  readonly learningCurve?: AdapterLearningCurve | undefined;
  /**
   * Per row of the table of queries the slice it belongs to (page, kind, source); `null` of none.
   * @default the groups of the texts, where there are any
   */
  readonly slices?: readonly (string | null)[] | undefined;
  /** The texts of an earlier decision, `earlier.texts`: the page then says how many labels changed since. @default none */
  readonly previous?: LabelledTables | undefined;
  /**
   * How the map can be drawn beside principal components: some seconds each for thousands of questions. UMAP needs the
   * optional package `umap-js`.
   * @default t-SNE in two axes, where there are 12 to 3,000 points
   */
  readonly projections?: readonly MapProjection[] | undefined;
  /** Seed of what is drawn at random: bootstrap samples, points of the map. @default that of the decision, or 1 */
  readonly seed?: string | number | undefined;
}
