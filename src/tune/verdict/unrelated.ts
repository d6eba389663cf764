import type { JudgedQuestion } from "../ranking/outcomes.js";

/**
 * Whether matches rank as if passages had been labelled at random: then the place of the nearest of r matches among m
 * passages, seen as 1 - (1 - place)^r, is uniform, and its mean over the questions near 1/2 (by a z-test, one-sided:
 * labels that mean anything bring matches to the front).
 *
 * @param rank Of the nearest match, from 1, per question.
 * @param corpusRows Passages that were ranked.
 */
export function ranksLookRandom(
  rank: Float64Array,
  questions: readonly Pick<JudgedQuestion, "relevant">[],
  corpusRows: number,
): boolean {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < rank.length; i++) {
    const matches = questions[i].relevant.length;
    const wrong = corpusRows - matches;
    // Where every passage is right, no label can be told from another.
    if (wrong === 0) continue;
    // The middle of the step that the rank stands for.
    const place = (rank[i] - 0.5) / (wrong + 1);
    sum += 1 - (1 - place) ** matches;
    count++;
  }
  if (count < fewest) return false;
  const mean = sum / count;
  const standardError = Math.sqrt(1 / 12 / count);
  return mean > 0.5 - normalQuantile * standardError;
}

/** Fewer questions cannot tell labels that mean something from those that do not. */
const fewest = 30;

/** One-sided, 99 %: real labels are told from random ones by far more than this. */
const normalQuantile = 2.326;
