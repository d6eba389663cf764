/** How the nearest known questions vote for the passages that answer them. */
export interface VoteSettings {
  /** What all votes together can add to a cosine. */
  readonly weight: number;
  /** How many of the nearest known questions vote. */
  readonly neighbours: number;
  /** Divides the cosines in the softmax of the votes: smaller listens to the nearest alone. */
  readonly temperature: number;
}

/** A vote that no second question supports counts as no more than this: one wrong label must not capture a question. */
const mostOfOne = 0.5;

/**
 * The votes of the nearest known questions: a softmax of their cosines, summed by the passage that answers them (the
 * answers of nearest known questions, as in PEFA: Chang et al., WSDM 2024). A passage with one supporter gets half a vote
 * at most.
 *
 * @param passages Per neighbour, best first, the passage that answers it.
 * @param cosines Per neighbour, its cosine with the question.
 * @returns Per passage that is voted for, its share in [0, 1]; they sum to 1 or, where lone votes are cut, to less.
 */
export function countVotes(
  passages: ArrayLike<number>,
  cosines: ArrayLike<number>,
  temperature: number,
): Map<number, number> {
  const shares = new Map<number, number>();
  const supporters = new Map<number, number>();
  const weights = Array.from(cosines, (cosine) => Math.exp((cosine - cosines[0]) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    const passage = passages[i];
    shares.set(passage, (shares.get(passage) ?? 0) + weight / total);
    supporters.set(passage, (supporters.get(passage) ?? 0) + 1);
  }
  for (const [passage, share] of shares) {
    if (supporters.get(passage) === 1) shares.set(passage, Math.min(mostOfOne, share));
  }
  return shares;
}
