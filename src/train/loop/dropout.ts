import { checkNumber } from "../../base/checks.js";
import type { Random } from "../../base/random.js";

/** Drops values in place, at random. */
export type Dropout = (values: Float32Array, random: Random) => void;

/** Buckets of the table that says where the walk along the tail begins. */
const GUIDE = 256;

/**
 * Dropout: each value becomes 0 with probability `rate`. That the kept ones grow by 1 / (1 − rate), so that the
 * expectation stays, is seen to where the inputs are copied, so that they are walked over once.
 *
 * It draws the gaps between dropped values, which are geometrically distributed: one random number per dropped value
 * instead of one per value. The table in place of a logarithm gives the same bits on every machine.
 *
 * @param rate Share dropped, in [0, 1).
 */
export function createDropout(rate: number): Dropout {
  checkNumber(rate, "trainMatrix: dropout", { least: 0, below: 1 });
  if (rate === 0) return () => undefined;
  // tail[g] = P(gap >= g) = (1 - rate)^g, by repeated products only.
  const tail: number[] = [1];
  while (tail.length < 4096 && tail[tail.length - 1] > 2 ** -32) {
    tail.push(tail[tail.length - 1] * (1 - rate));
  }
  const last = tail.length - 1;
  // start[b]: the gap that every number of bucket b surely reaches.
  const start = new Uint16Array(GUIDE);
  for (let b = 0; b < GUIDE; b++) {
    while (start[b] < last && tail[start[b] + 1] > (b + 1) / GUIDE) start[b]++;
  }
  const drawGap = (random: Random): number => {
    for (let whole = 0; ; whole += last) {
      const u = random.next();
      let gap = start[Math.floor(u * GUIDE)];
      while (gap < last && u < tail[gap + 1]) gap++;
      // Beyond the table the distribution has no memory: count the table once and draw again.
      if (gap < last) return whole + gap;
    }
  };
  return (values, random) => {
    for (let i = drawGap(random); i < values.length; i += 1 + drawGap(random)) values[i] = 0;
  };
}
