import type { PassageKind, Question } from "../types.js";

/** How a whole number is spread over many records; exact, whatever their number. */
export interface CountDistribution {
  readonly count: number;
  /** NaN when there are none, like the rest. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** 5, 25, 50, 75 and 95 %, each the smallest value that so many are not above. */
  readonly quantiles: Readonly<Record<"p5" | "p25" | "p50" | "p75" | "p95", number>>;
  /** Every value with how often it came, ascending: what a histogram needs. */
  readonly values: readonly (readonly [value: number, times: number])[];
}

/** What a set of questions looks like, as the reference notebook shows it. */
export interface QuestionStatistics {
  readonly questions: number;
  /** Distinct titles (addresses where there is no title). */
  readonly pages: number;
  /** Questions with a long answer of enough annotators: 2 where several judged, else 1. */
  readonly answered: number;
  /** Why the others have none, counted. */
  readonly skipped: {
    readonly noLongAnswer: number;
    readonly tooFewAnnotators: number;
  };
  /** Share of the questions without answer, 0 to 1; NaN when there are no questions. */
  readonly unanswerable: number;
  /** Of the answered questions: with short answers, with a yes/no answer, with a long answer alone. */
  readonly answers: { readonly short: number; readonly yesNo: number; readonly longOnly: number };
  /** Distinct long answers of the answered questions by kind. */
  readonly answerKinds: Readonly<Record<PassageKind, number>>;
  readonly questionCharacters: CountDistribution;
  readonly questionWords: CountDistribution;
  readonly candidatesPerQuestion: CountDistribution;
  /** Over every candidate; empty when candidate texts were not wanted. */
  readonly candidateCharacters: CountDistribution;
  readonly candidateTokens: CountDistribution;
  /** Over the distinct long answers. */
  readonly answerCharacters: CountDistribution;
  readonly answerTokens: CountDistribution;
  readonly answersPerQuestion: CountDistribution;
}

export interface QuestionStatisticsOptions {
  /** Look at the text of every candidate; by far the longest part of the work. @default true */
  readonly candidateTexts?: boolean | undefined;
}

/**
 * Counts what is in a set of questions, in one pass and constant memory. Tokens include tags, as the spans count them.
 *
 * @param questions An array, or a reader's stream.
 */
export async function questionStatistics(
  questions: AsyncIterable<Question> | Iterable<Question>,
  { candidateTexts = true }: QuestionStatisticsOptions = {},
): Promise<QuestionStatistics> {
  const pages = new Set<string>();
  const answerKinds = { paragraph: 0, table: 0, row: 0, list: 0, item: 0, other: 0 };
  const answers = { short: 0, yesNo: 0, longOnly: 0 };
  const skipped = { noLongAnswer: 0, tooFewAnnotators: 0 };
  const counters = {
    questionCharacters: new Counter(),
    questionWords: new Counter(),
    candidatesPerQuestion: new Counter(),
    candidateCharacters: new Counter(),
    candidateTokens: new Counter(),
    answerCharacters: new Counter(),
    answerTokens: new Counter(),
    answersPerQuestion: new Counter(),
  };
  let total = 0;
  let answered = 0;
  for await (const { text, title, url, candidates, annotations } of questions) {
    total++;
    pages.add(title === "" ? url : title);
    counters.questionCharacters.add(text.length);
    counters.questionWords.add(text.split(/\s+/).filter((word) => word !== "").length);
    counters.candidatesPerQuestion.add(candidates.length);
    for (const candidate of candidates) {
      counters.candidateTokens.add(candidate.endToken - candidate.startToken);
      if (candidateTexts) counters.candidateCharacters.add(candidate.text.length);
    }
    const withAnswer = annotations.filter(({ longAnswer }) => longAnswer !== null);
    if (withAnswer.length === 0) {
      skipped.noLongAnswer++;
      continue;
    }
    if (withAnswer.length < Math.min(2, annotations.length)) {
      skipped.tooFewAnnotators++;
      continue;
    }
    answered++;
    if (withAnswer.some(({ shortAnswers }) => shortAnswers.length > 0)) answers.short++;
    else if (withAnswer.some(({ yesNo }) => yesNo !== "NONE")) answers.yesNo++;
    else answers.longOnly++;
    const spans = new Map(
      withAnswer.map(({ longAnswer }) => [
        `${longAnswer!.startToken}:${longAnswer!.endToken}`,
        longAnswer!,
      ]),
    );
    counters.answersPerQuestion.add(spans.size);
    for (const { text: answer, kind = "other", startToken, endToken } of spans.values()) {
      answerKinds[kind]++;
      counters.answerCharacters.add(answer.length);
      counters.answerTokens.add(endToken - startToken);
    }
  }
  return {
    questions: total,
    pages: pages.size,
    answered,
    skipped,
    unanswerable: (total - answered) / total,
    answers,
    answerKinds,
    questionCharacters: counters.questionCharacters.distribution(),
    questionWords: counters.questionWords.distribution(),
    candidatesPerQuestion: counters.candidatesPerQuestion.distribution(),
    candidateCharacters: counters.candidateCharacters.distribution(),
    candidateTokens: counters.candidateTokens.distribution(),
    answerCharacters: counters.answerCharacters.distribution(),
    answerTokens: counters.answerTokens.distribution(),
    answersPerQuestion: counters.answersPerQuestion.distribution(),
  };
}

/** Counts how often each value comes: memory grows with the distinct values, not with the records. */
class Counter {
  readonly #times = new Map<number, number>();

  add(value: number): void {
    this.#times.set(value, (this.#times.get(value) ?? 0) + 1);
  }

  distribution(): CountDistribution {
    const values = [...this.#times].sort(([a], [b]) => a - b);
    const count = values.reduce((sum, [, times]) => sum + times, 0);
    const sum = values.reduce((total, [value, times]) => total + value * times, 0);
    const quantile = (share: number): number => {
      let seen = 0;
      for (const [value, times] of values) {
        seen += times;
        if (seen >= share * count) return value;
      }
      return NaN;
    };
    return {
      count,
      min: values[0]?.[0] ?? NaN,
      max: values.at(-1)?.[0] ?? NaN,
      mean: sum / count,
      quantiles: {
        p5: quantile(0.05),
        p25: quantile(0.25),
        p50: quantile(0.5),
        p75: quantile(0.75),
        p95: quantile(0.95),
      },
      values,
    };
  }
}
