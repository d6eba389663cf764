/** What the plots show, as plain data. Texts are shown as texts: nothing in them is ever taken for markup. */

/** The threshold of one method on one set; `null` where there is none. */
export interface MethodThreshold {
  /** E.g. `"none"`, `"rca"`. */
  readonly name: string;
  /** E.g. `"weak"`, `"hard"`. */
  readonly set: string;
  /** Cosine above which a pair counts as a match. */
  readonly threshold: number | null;
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

/** Numbers whose distribution is drawn. */
export interface SampleDistribution {
  readonly title: string;
  /** What one number counts, e.g. `"characters"`. */
  readonly unit: string;
  readonly values: ArrayLike<number>;
  /** What a value belongs to, e.g. `"questions"`. @default "items" */
  readonly of?: string | undefined;
}
