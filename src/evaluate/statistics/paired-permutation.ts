import { checkInteger } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";
import { checkPaired, differencesByUnit } from "./paired-bootstrap.js";

export interface PermutationOptions {
  /** How many random sign flips, where trying all would be more. @default 10000 */
  readonly permutations?: number | undefined;
  /** Same seed, same p-value. @default 1 */
  readonly seed?: string | number | undefined;
  /** What each value belongs to: signs flip for whole groups. @default every value for itself */
  readonly groups?: readonly (string | number)[] | undefined;
}

export interface PermutationTest {
  /** Two-sided: the chance of a difference at least this large if before and after were interchangeable. */
  readonly p: number;
  /** Whether all sign flips were tried, so that p is exact. */
  readonly exact: boolean;
  /** Units whose values differ; the others say nothing. */
  readonly informative: number;
}

/**
 * Paired permutation (sign-flip) test of the mean difference after - before (Fisher's randomisation test). With up to
 * 13 differing units all flips are tried; beyond, random ones, and p counts the observed one among them, so that it is
 * never 0 and the test keeps its level.
 *
 * @param before One value per query.
 * @param after The same queries in the same order.
 * @throws RangeError on lists that are empty, of different lengths or not finite, and on options outside their range.
 */
export function pairedPermutation(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { permutations = 10_000, seed = 1, groups }: PermutationOptions = {},
): PermutationTest {
  checkPaired(before, after, groups, "pairedPermutation");
  checkInteger(permutations, "pairedPermutation: permutations", { least: 1 });
  const { sums } = differencesByUnit(before, after, groups);
  // Units of equal size or not, the divisor is the same under every flip: sums are compared instead of means.
  const differences = sums.filter((value) => value !== 0);
  const informative = differences.length;
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  const size = differences.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums in another order differ by rounding; such a tie is as extreme as the observed difference.
  const least = observed - 1e-12 * size;
  if (informative <= exactLimit) {
    let extreme = 0;
    const flips = 2 ** informative;
    for (let mask = 0; mask < flips; mask++) {
      let sum = 0;
      for (let i = 0; i < informative; i++) {
        sum += (mask >> i) & 1 ? -differences[i] : differences[i];
      }
      if (Math.abs(sum) >= least) extreme++;
    }
    return { p: extreme / flips, exact: true, informative };
  }
  const random = createRandom(`${seed}/permutation`);
  let extreme = 1;
  for (let r = 0; r < permutations; r++) {
    let sum = 0;
    for (let i = 0; i < informative; i++) {
      sum += random.next() < 0.5 ? -differences[i] : differences[i];
    }
    if (Math.abs(sum) >= least) extreme++;
  }
  return { p: extreme / (permutations + 1), exact: false, informative };
}

const exactLimit = 13;
