import type { Decision } from "../tune/verdict/decision.js";

/**
 * What a report shows, as plain data: figures, cosines, coordinates and texts, wherever they were computed.
 *
 * Every list may be left out or empty; the page then has no such section. Texts are shown as texts: nothing in them is
 * ever taken for markup.
 */
export interface ReportData {
  /** @default "Customised embeddings: before and after" */
  readonly title?: string | undefined;
  /** One sentence under the title: what was measured on what. */
  readonly subtitle?: string | undefined;
  /** What `fitAdapter` or `judgeAdapter` found. Its sentence stands first, word for word. */
  readonly decision?: ReportDecision | undefined;
  /** Name of the method that stands for "before". @default the name of the first of `methods` */
  readonly baseline?: string | undefined;
  /** Name of the method that stands for "after". Choose it without looking at test. @default the last other name */
  readonly chosen?: string | undefined;
  /** Facts about the data and the run, in order, e.g. `{ label: "Test pairs", value: 2409 }`. */
  readonly facts?: readonly ReportFact[] | undefined;
  /** One row of the table per method and set. */
  readonly methods?: readonly MethodFigures[] | undefined;
  /** Cosines by label: one panel per method and set, the labels overlaid. */
  readonly histograms?: readonly CosineSample[] | undefined;
  /** The same queries and passages under the untouched and under the customised embedding. */
  readonly latent?: { readonly before?: LatentView; readonly after?: LatentView } | undefined;
  readonly training?: TrainingCurve | undefined;
  /** One question, or several, with what was retrieved before and after. */
  readonly example?: RetrievalExample | readonly RetrievalExample[] | undefined;
  /** Plots of the data itself, e.g. candidates per question, characters per passage. */
  readonly distributions?: readonly SampleDistribution[] | undefined;
}

/** What the page needs of a decision or a judgement: pass either as it is. */
export type ReportDecision = Pick<Decision, "verdict" | "sentence">;

export interface ReportFact {
  readonly label: string;
  readonly value: string | number;
}

/** The figures of one method on one set; `null` where a figure was not measured. */
export interface MethodFigures {
  /** e.g. `"none"`, `"rca"`. */
  readonly name: string;
  /** e.g. `"weak"`, `"hard"`. */
  readonly set: string;
  /** Share of the pairs classified correctly at `threshold`, 0 to 1. */
  readonly accuracy: number;
  /** Half the width of the 95 % interval of `accuracy`: ± this. */
  readonly interval: number | null;
  /** Share of the larger class: what always answering the same would reach. */
  readonly baseRate: number;
  /** Cosine above which a pair counts as a match. */
  readonly threshold: number | null;
  /** Where `threshold` was fitted, e.g. `"train"`. */
  readonly thresholdFrom: string;
  readonly rocAuc: number | null;
  readonly "recall@1": number | null;
  readonly "recall@10": number | null;
  readonly mrr: number | null;
  /** Time of the fit. */
  readonly seconds: number | null;
}

/** The cosines of the pairs of one label, under one method, on one set. */
export interface CosineSample {
  /** A name of `methods`, so that its threshold is drawn. */
  readonly method: string;
  readonly set: string;
  /** 1 for a match, 0 for none. */
  readonly label: 0 | 1;
  /** Each in [-1, 1]. */
  readonly cosines: ArrayLike<number>;
}

export interface LatentPoint {
  readonly side: "query" | "passage";
  readonly x: number;
  readonly y: number;
  /** Only in a view of three dimensions. */
  readonly z?: number | undefined;
  /** Shown when the pointer rests on the point. */
  readonly text: string;
}

/** Queries and passages in two or three dimensions. */
export interface LatentView {
  /** Heading of the plot, e.g. `"before"`. */
  readonly title?: string | undefined;
  /** How the dimensions were reduced, e.g. `"PCA"`. @default "PCA" */
  readonly method?: string | undefined;
  readonly points: readonly LatentPoint[];
  /** Indices into `points`: a query and its right passage. */
  readonly links: readonly (readonly [query: number, passage: number])[];
  /** Share of the variance each axis shows, for PCA. */
  readonly explainedVarianceRatio?: ArrayLike<number> | undefined;
}

/** One epoch; what was not measured is left out. */
export interface TrainingEpoch {
  readonly epoch: number;
  readonly trainLoss?: number | undefined;
  readonly validationLoss?: number | undefined;
  readonly trainAccuracy?: number | undefined;
  readonly validationAccuracy?: number | undefined;
}

export interface TrainingCurve {
  /** What was trained, e.g. `"notebook"`. */
  readonly method?: string | undefined;
  readonly epochs: readonly TrainingEpoch[];
  /** The epoch that was kept. */
  readonly bestEpoch?: number | undefined;
}

export interface RetrievedPassage {
  readonly text: string;
  readonly cosine: number;
  /** Whether it is a right one. */
  readonly right: boolean;
}

/** What was retrieved for the question of an example. */
export interface ExampleRanking {
  /** Rank of the first right passage, from 1. */
  readonly rank: number;
  /** The first few, best first. */
  readonly passages: readonly RetrievedPassage[];
}

export interface RetrievalExample {
  readonly question: string;
  readonly before: ExampleRanking;
  readonly after: ExampleRanking;
}

/** Numbers whose distribution is drawn. */
export interface SampleDistribution {
  readonly title: string;
  /** What one number counts, e.g. `"characters"`. */
  readonly unit: string;
  readonly values: ArrayLike<number>;
  /** What a value belongs to, e.g. `"questions"`. @default "items" */
  readonly of?: string | undefined;
}
