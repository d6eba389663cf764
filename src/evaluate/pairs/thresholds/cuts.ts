/**
 * Every way a threshold can cut a set of scores: cut `i` accepts the scores >= `scores[i]`, cut by cut from the highest
 * distinct score down. Equal scores are never cut apart. The cut that accepts nothing is implied.
 */
export interface Cuts {
  /** Distinct scores, descending. */
  readonly scores: Float64Array;
  /** Positives accepted by each cut, cumulative. */
  readonly truePositives: Float64Array;
  /** Negatives accepted by each cut, cumulative. */
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Counts every cut in O(n log n). The two classes are sorted apart as plain numbers and then merged, which is many
 * times faster in JavaScript than sorting indices by a comparison function.
 */
export function countCuts(scores: ArrayLike<number>, labels: ArrayLike<number>): Cuts {
  const n = scores.length;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += labels[i];
  const negatives = n - positives;
  const positive = new Float64Array(positives);
  const negative = new Float64Array(negatives);
  for (let i = 0, p = 0, q = 0; i < n; i++) {
    if (labels[i] === 1) positive[p++] = scores[i];
    else negative[q++] = scores[i];
  }
  positive.sort();
  negative.sort();

  const distinct = new Float64Array(n);
  const truePositives = new Float64Array(n);
  const falsePositives = new Float64Array(n);
  let count = 0;
  let p = positives - 1;
  let q = negatives - 1;
  while (p >= 0 || q >= 0) {
    const score = q < 0 || (p >= 0 && positive[p] > negative[q]) ? positive[p] : negative[q];
    while (p >= 0 && positive[p] === score) p--;
    while (q >= 0 && negative[q] === score) q--;
    distinct[count] = score;
    truePositives[count] = positives - 1 - p;
    falsePositives[count] = negatives - 1 - q;
    count++;
  }
  return {
    scores: distinct.subarray(0, count),
    truePositives: truePositives.subarray(0, count),
    falsePositives: falsePositives.subarray(0, count),
    positives,
    negatives,
  };
}
