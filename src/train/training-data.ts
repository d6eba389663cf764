import { checkMatrix } from "../math/matrix.js";
import type { TrainingPairs } from "../data/training-pairs.js";

/** Training pairs and, where there are any, the ones that choose the best epoch. */
export interface TrainingData extends TrainingPairs {
  /** Pairs kept from training, of the same embedder. @default undefined */
  readonly validation?: TrainingPairs | undefined;
}

/**
 * Refuses what cannot be trained on.
 *
 * @throws RangeError naming the set, the place, the expectation and what came.
 */
export function checkTrainingPairs(
  { queries, passages, pairs }: TrainingPairs,
  name: string,
): void {
  if (queries.cols === 0 || queries.cols !== passages.cols) {
    throw new RangeError(
      `${name}: queries and passages must have the same number of dimensions, received ${queries.cols} and ${passages.cols}`,
    );
  }
  const count = pairs.label.length;
  if (count === 0) throw new RangeError(`${name}: there are no pairs`);
  if (pairs.query.length !== count || pairs.passage.length !== count) {
    throw new RangeError(
      `${name}: the columns of the pairs must be equally long, received ${pairs.query.length} queries, ${pairs.passage.length} passages and ${count} labels`,
    );
  }
  checkMatrix(queries, `${name} queries`, { zeroRows: false });
  checkMatrix(passages, `${name} passages`, { zeroRows: false });
  let positives = 0;
  for (let i = 0; i < count; i++) {
    const label = pairs.label[i];
    if (label !== 0 && label !== 1) {
      throw new RangeError(`${name}: pair ${i}: label must be 0 or 1, received ${label}`);
    }
    if (pairs.query[i] >= queries.rows) {
      throw new RangeError(
        `${name}: pair ${i}: query row ${pairs.query[i]} is outside the table of ${queries.rows} rows`,
      );
    }
    if (pairs.passage[i] >= passages.rows) {
      throw new RangeError(
        `${name}: pair ${i}: passage row ${pairs.passage[i]} is outside the table of ${passages.rows} rows`,
      );
    }
    positives += label;
  }
  if (positives === 0) throw new RangeError(`${name}: no pair has label 1`);
}
