/** Refuses an empty or non-finite list of scores, naming the first bad one. */
export function checkScores(scores: ArrayLike<number>, name = "scores"): void {
  if (scores.length === 0) throw new RangeError(`${name}: expected at least one, received none`);
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      throw new RangeError(`${name}[${i}]: expected a finite number, received ${scores[i]}`);
    }
  }
}

/** Refuses labels other than 0 and 1, naming the first bad one. */
export function checkLabels(labels: ArrayLike<number>, name = "labels"): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(`${name}[${i}]: expected 0 or 1, received ${labels[i]}`);
    }
  }
}

/** Refuses lists of different lengths. */
export function checkSameLength(
  a: ArrayLike<unknown>,
  aName: string,
  b: ArrayLike<unknown>,
  bName: string,
): void {
  if (a.length !== b.length) {
    throw new RangeError(
      `${aName} and ${bName}: expected the same length, received ${a.length} and ${b.length}`,
    );
  }
}

/** What every classification metric asks of its input: same length, not empty, finite scores, labels 0 or 1. */
export function checkScored(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkSameLength(scores, "scores", labels, "labels");
  checkScores(scores);
  checkLabels(labels);
}

/** Refuses a share outside the open interval (0, 1), such as a confidence level. */
export function checkLevel(level: number, name = "level"): void {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`${name}: expected a number between 0 and 1, received ${level}`);
  }
}
