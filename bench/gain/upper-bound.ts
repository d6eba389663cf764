/**
 * The one-sided 95 % upper bound of a share: the largest at which so few successes still come up one time in twenty
 * (Clopper and Pearson, 1934).
 */
export function upperBoundOfShare(successes: number, trials: number): number {
  if (successes === trials) return 1;
  let [low, high] = [successes / trials, 1];
  for (let i = 0; i < 60; i++) {
    const share = (low + high) / 2;
    if (atMost(successes, trials, share) > 0.05) low = share;
    else high = share;
  }
  return high;
}

/** The probability of at most so many successes. */
function atMost(successes: number, trials: number, share: number): number {
  let logarithm = trials * Math.log1p(-share);
  let sum = Math.exp(logarithm);
  for (let k = 1; k <= successes; k++) {
    logarithm += Math.log((trials - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logarithm);
  }
  return sum;
}
