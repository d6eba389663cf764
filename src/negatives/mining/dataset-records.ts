import { refuse } from "../../base/checks.js";
import type { Pair } from "../../data/types.js";
import type { LabelledList, NTuple, ScoredPair, Triplet } from "./mined-formats.js";

/** A record of a data set for training: texts, labels and scores by column. */
export type DatasetRecord = Readonly<
  Record<string, string | number | null | readonly string[] | readonly (number | null)[]>
>;

type Column = [name: string, value: DatasetRecord[string]];

export interface DatasetRecordsOptions {
  /** The column of queries, such as `"query"` or `"sentence1"`. @default "anchor" */
  readonly anchor?: string | undefined;
  /** That of what answers them, and of all passages of pairs and lists, such as `"answer"` or `"sentence2"`. @default "positive" */
  readonly positive?: string | undefined;
  /** That of a pair's label, such as `"score"`. @default "label" */
  readonly label?: string | undefined;
  /** Whether the scores that were mined by are there, too; `null` where a positive has none. @default false */
  readonly scores?: boolean | undefined;
}

/**
 * What was mined or sampled under the column names of sentence-transformers' `mine_hard_negatives`, ready for its trainer:
 *
 * - triplets: `anchor`, `positive`, `negative` (`positive_score`, `negative_score`);
 * - tuples: `anchor`, `positive`, `negative_1`, `negative_2`, … (`score`, a list, the positive's first);
 * - pairs: `anchor`, `positive`, `label` (`score`);
 * - lists: `anchor`, `positive`, a list, `labels` (`scores`).
 *
 * Its losses go by the order of the columns, which is this one; groups and kinds stay behind.
 *
 * @param mined Of `toTriplets`, `toTuples`, `toLabelledPairs` or `toLabelledLists`, or pairs.
 * @throws RangeError where two columns have one name.
 */
export function toDatasetRecords(
  mined: readonly (Pair | ScoredPair | Triplet | NTuple | LabelledList)[],
  {
    anchor = "anchor",
    positive = "positive",
    label = "label",
    scores = false,
  }: DatasetRecordsOptions = {},
): DatasetRecord[] {
  const record = (...columns: Column[]): DatasetRecord => {
    const made = Object.fromEntries(columns);
    if (Object.keys(made).length < columns.length) {
      const names = columns.map(([name]) => name);
      refuse("toDatasetRecords: column names", "another for each column", names);
    }
    return made;
  };
  return mined.map((item) => {
    if ("negative" in item) {
      return record(
        [anchor, item.query],
        [positive, item.positive],
        ["negative", item.negative],
        ...only(scores, ["positive_score", item.positiveScore ?? null]),
        ...only(scores, ["negative_score", item.negativeScore]),
      );
    }
    if ("negatives" in item) {
      return record(
        [anchor, item.query],
        [positive, item.positive],
        ...item.negatives.map((text, i): Column => [`negative_${i + 1}`, text]),
        ...only(scores, ["score", item.scores.map(orNull)]),
      );
    }
    if ("passages" in item) {
      return record(
        [anchor, item.query],
        [positive, item.passages],
        ["labels", item.labels],
        ...only(scores, ["scores", item.scores.map(orNull)]),
      );
    }
    const score = "score" in item ? item.score : undefined;
    return record(
      [anchor, item.query],
      [positive, item.passage],
      [label, item.label],
      ...only(scores, ["score", orNull(score)]),
    );
  });
}

const orNull = (score: number | undefined): number | null => score ?? null;

const only = (wanted: boolean, column: Column): Column[] => (wanted ? [column] : []);
