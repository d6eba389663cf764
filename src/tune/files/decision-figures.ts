import type { EmbeddingFacts, TunedDecision } from "../texts/tuned.js";
import type { Choice, Decision, FormDecision } from "../verdict/decision.js";

/**
 * All figures of a decision: what is left without adapters, vectors, texts, seconds, and what embedding was to take, which
 * is another once a cache has the vectors. The same seed gives the same.
 */
export function decisionFigures(decision: Decision | TunedDecision): Record<string, unknown> {
  const { adapter: _, best, bestQueryOnly, forms, table, questions, ...rest } = decision;
  const { texts, vectors: __, embedding, ...figures } = rest as Partial<TunedDecision>;
  return {
    ...figures,
    best: withoutAdapter(best),
    bestQueryOnly: withoutAdapter(bestQueryOnly),
    forms: forms.map(withoutParts),
    table: table.map(({ seconds: ___, ...row }) => row),
    judgedQuestions: questions.length,
    ...(texts === undefined ? {} : { read: texts.counts }),
    ...(embedding === undefined ? {} : { embedding: withoutEstimate(embedding) }),
  };
}

const withoutEstimate = ({ estimate: _, ...facts }: EmbeddingFacts): Record<string, unknown> =>
  facts;

const withoutAdapter = ({ adapter: _, ...choice }: Choice): Omit<Choice, "adapter"> => choice;

function withoutParts({ adapter: _, moved, ...form }: FormDecision): Record<string, unknown> {
  return { ...form, movedPassages: moved === null ? null : moved.rows.length };
}

/** A question of a decision, as a line of `questions.jsonl` has it. */
export type QuestionLine = Readonly<Record<string, unknown>>;

/**
 * The judged questions, one object each: ids (row numbers where there are none), ranks, what stood nearest before and
 * after; texts only where asked for.
 */
export function questionLines(
  { questions, texts }: TunedDecision,
  { withTexts }: { readonly withTexts: boolean },
): QuestionLine[] {
  const passage = (row: number | null): Readonly<Record<string, unknown>> | null =>
    row === null
      ? null
      : {
          id: texts.passageIds[row] ?? row,
          ...(withTexts ? { text: texts.passages[row] } : {}),
        };
  return questions.map(({ row, before, after, bestOfAll, nearest }) => ({
    id: texts.queryIds[row] ?? row,
    ...(withTexts ? { text: texts.queries[row] } : {}),
    rank: { before, after, bestOfAll },
    ...Object.fromEntries(
      (["before", "after"] as const).map((when) => {
        const { right, rightCosine, wrong, wrongCosine } = nearest[when];
        return [when, { right: passage(right), rightCosine, wrong: passage(wrong), wrongCosine }];
      }),
    ),
  }));
}
