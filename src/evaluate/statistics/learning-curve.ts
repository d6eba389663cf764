import { checkInteger, checkNumber } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import { membersByKey } from "../members-by-key.js";

export interface LearningCurveOptions extends LongJobOptions {
  /** Shares of the groups to learn from, in (0, 1]. @default [0.1, 0.25, 0.5, 1] */
  readonly shares?: readonly number[] | undefined;
  /** How often each share is drawn anew. @default 3 */
  readonly repeats?: number | undefined;
  /** What must be drawn together, one key per row: the page. @default every row for itself */
  readonly groups?: readonly (string | number)[] | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
}

/** What was reached with so much training data. */
export interface LearningCurvePoint {
  readonly share: number;
  /** Mean number of training rows. */
  readonly rows: number;
  /** The figure of each repeat. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation over the repeats, 0 for a single one. */
  readonly standardDeviation: number;
}

/**
 * How any figure of any fit grows with the training data, to see whether more pairs would help: fits on ever larger parts of the
 * training rows and measures on one and the same validation or test set. Within a repeat the parts are nested, so a
 * step up shows what the added rows did. `adapterLearningCurve` asks the same of `fitAdapter`, on pairs of texts, and
 * measures on held-out folds itself.
 *
 * @param rows How many training rows there are.
 * @param fitAndMeasure Fits on the given rows (ascending) and returns the figure on held-out data.
 * @throws RangeError on `rows` or `repeats` that are no integers >= 1, shares outside (0, 1] and groups that are not one
 * per row. Rejects with the signal's reason when aborted, and with whatever `fitAndMeasure` throws.
 */
export async function learningCurve(
  rows: number,
  fitAndMeasure: (rows: Uint32Array) => number | Promise<number>,
  {
    shares = [0.1, 0.25, 0.5, 1],
    repeats = 3,
    groups,
    seed = 1,
    signal,
    onProgress,
  }: LearningCurveOptions = {},
): Promise<LearningCurvePoint[]> {
  checkInteger(rows, "learningCurve: rows", { least: 1 });
  checkInteger(repeats, "learningCurve: repeats", { least: 1 });
  for (const [i, share] of shares.entries()) {
    checkNumber(share, `learningCurve: shares[${i}]`, { above: 0, most: 1 });
  }
  if (groups !== undefined && groups.length !== rows) {
    throw new RangeError(
      `learningCurve: groups must be one per row, ${rows}, received ${groups.length}`,
    );
  }
  const members = membersByKey(groups ?? Array.from({ length: rows }, (_, row) => row));
  const results = shares.map((share) => ({
    share,
    counts: [] as number[],
    values: [] as number[],
  }));
  const total = repeats * shares.length;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const order = createRandom(`${seed}/learning-curve/${repeat}`).shuffle([...members.values()]);
    for (const { share, counts, values } of results) {
      signal?.throwIfAborted();
      const chosen = order.slice(0, Math.max(1, Math.round(share * order.length))).flat();
      // All rows are the same rows in every repeat.
      const known = chosen.length === rows ? values.at(0) : undefined;
      values.push(known ?? (await fitAndMeasure(Uint32Array.from(chosen).sort())));
      counts.push(chosen.length);
      onProgress?.({
        stage: "learning curve",
        done: results.reduce((sum, result) => sum + result.values.length, 0),
        total,
      });
    }
  }
  return results.map(({ share, counts, values }) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / repeats;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      share,
      rows: counts.reduce((sum, count) => sum + count, 0) / repeats,
      values,
      mean,
      standardDeviation: repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0,
    };
  });
}
