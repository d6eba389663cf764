import type { QuestionOutcome } from "../../tune/verdict/decision.js";

/** Cosines of right passages and, where there is one, of each question's own nearest wrong passage. */
export interface CosineSample {
  readonly right: number[];
  readonly wrong: number[];
}

export function cosineSample(
  questions: readonly QuestionOutcome[],
  when: "before" | "after",
): CosineSample {
  const nearest = questions.map((question) => question.nearest[when]);
  return {
    right: nearest.map(({ rightCosine }) => rightCosine),
    wrong: nearest.flatMap(({ wrongCosine }) => (wrongCosine === null ? [] : [wrongCosine])),
  };
}

/** Both as scores with labels, as curves take them. */
export function scoredPairs({ right, wrong }: CosineSample): {
  scores: number[];
  labels: number[];
} {
  return {
    scores: [...right, ...wrong],
    labels: [...right.map(() => 1), ...wrong.map(() => 0)],
  };
}
