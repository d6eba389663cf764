import { checkInteger, checkNumber } from "../../../base/checks.js";
import { intern } from "../../../base/intern.js";
import { countVotes, type VoteSettings } from "../votes.js";

/** @throws RangeError naming the setting. */
export function checkVoteSettings(settings: VoteSettings, place: string): void {
  checkNumber(settings.weight, `${place}: settings.weight`, { least: 0 });
  checkInteger(settings.neighbours, `${place}: settings.neighbours`, { least: 1 });
  checkNumber(settings.temperature, `${place}: settings.temperature`, { above: 0 });
}

/**
 * What is added to the cosine of each passage that is voted for: {@link countVotes}, times the weight.
 *
 * @param passages Per neighbour, best first, the id of the passage that answers it.
 * @param cosines Per neighbour, its cosine with the question.
 */
export function passageVotes(
  passages: readonly string[],
  cosines: ArrayLike<number>,
  { weight, temperature }: VoteSettings,
): Map<string, number> {
  const { distinct, indices } = intern(passages);
  const shares = countVotes(indices, cosines, temperature);
  return new Map(Array.from(shares, ([passage, share]) => [distinct[passage], weight * share]));
}
