import { emptyOutcomes, type Outcomes } from "../../src/tune/ranking/outcomes.js";

/** Outcomes by 1/rank of each question, among all and among peers. */
export function outcomesBy(whole: ArrayLike<number>, peers = whole): Outcomes {
  return {
    ...emptyOutcomes(whole.length),
    rank: Float64Array.from(whole, (value) => 1 / value),
    peerRank: Float64Array.from(peers, (value) => 1 / value),
    ...{ ndcg: Float64Array.from(whole), match: Float64Array.from(whole) },
    nearestWrong: Float64Array.from({ length: 2 * whole.length }, (_, i) => (i % 7) / 10),
  };
}
