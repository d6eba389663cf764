import { createRandom } from "../../base/random.js";
import type { ClaimFold } from "./claims.js";
import type { LabelledCorpus } from "./labelled-corpus.js";
import type { JudgedQuestion } from "../ranking/outcomes.js";

/** Above this many rows of the corpus, candidates are chosen by a sample of it. */
const mostRows = 20_000;

/**
 * Rows of the corpus to choose by, where all would be too many: the matching passages of the questions and one uniform
 * sample, the same for every candidate. Never anybody's nearest, which would decide against whoever they are near to.
 *
 * @returns `null` where the whole corpus counts.
 */
export function sampleCorpus(
  { passages, relevant }: LabelledCorpus,
  questions: Uint32Array,
  seed: string | number,
): Uint32Array | null {
  if (passages.rows <= mostRows) return null;
  const kept = new Set<number>();
  for (const query of questions) for (const row of relevant[query]) kept.add(row);
  const random = createRandom(`${seed}/corpus`);
  while (kept.size < mostRows) kept.add(random.integer(passages.rows));
  return Uint32Array.from(kept).sort();
}

/** Per column of the (sampled) corpus, 1 where a pair to learn from names the passage, or one equal to it. */
export function learntColumns(
  { passages, passageText }: Pick<LabelledCorpus, "passages" | "passageText">,
  { train }: Pick<ClaimFold, "train">,
  columns: Uint32Array | null,
): Uint8Array {
  const learnt = new Set(Array.from(train.passage, (row) => passageText[row]));
  const count = columns === null ? passages.rows : columns.length;
  return Uint8Array.from({ length: count }, (_, column) =>
    Number(learnt.has(passageText[columns === null ? column : columns[column]])),
  );
}

/** What is known of questions, however the passages are kept. */
export type KnownLabels = Pick<
  LabelledCorpus,
  "relevant" | "grades" | "negatives" | "passageText" | "ownPassage"
> & { readonly passages: Pick<LabelledCorpus["passages"], "rows"> };

/** How many of the questions stand in the corpus themselves and take no rank there; nothing where none does. */
export function ownPassagesAmong(questions: readonly Pick<JudgedQuestion, "itself">[]): {
  readonly ownPassages?: number;
} {
  const ownPassages = questions.filter(({ itself = -1 }) => itself >= 0).length;
  return ownPassages === 0 ? {} : { ownPassages };
}

/** How each question's scores are to be read, in columns of the sampled corpus. */
export function judgedQuestions(
  { relevant, grades, negatives, passages, passageText, ownPassage }: KnownLabels,
  questions: Uint32Array,
  columns: Uint32Array | null,
  seed: string | number,
): JudgedQuestion[] {
  const columnOf =
    columns === null ? null : new Map(Array.from(columns, (row, column) => [row, column]));
  const column = (row: number): number => (columnOf === null ? row : (columnOf.get(row) ?? -1));
  const columnCount = columns === null ? passages.rows : columns.length;
  const wrongOf = new Map<number, number[]>();
  for (let i = 0; i < negatives.query.length; i++) {
    const list = wrongOf.get(negatives.query[i]) ?? [];
    list.push(negatives.passage[i]);
    wrongOf.set(negatives.query[i], list);
  }
  return Array.from(questions, (query) => {
    const own = relevant[query].map(column);
    const texts = new Set(relevant[query].map((row) => passageText[row]));
    // Of its own, so that the same question meets the same passages whatever else is judged.
    const random = createRandom(`${seed}/random/${query}`);
    const self = ownPassage?.[query] ?? -1;
    const isLabelled =
      relevant[query].includes(self) || wrongOf.get(query)?.includes(self) === true;
    const itself = self < 0 || isLabelled ? -1 : column(self);
    const drawn: number[] = [];
    const wanted = Math.min(2, columnCount - own.length - Number(itself >= 0));
    while (drawn.length < wanted) {
      const j = random.integer(columnCount);
      if (!own.includes(j) && !drawn.includes(j) && j !== itself) drawn.push(j);
    }
    return {
      relevant: own,
      itself,
      grades: grades === null ? null : grades[query],
      labelledWrong: (wrongOf.get(query) ?? [])
        .filter((row) => !texts.has(passageText[row]))
        .map(column)
        .filter((j) => j >= 0),
      random: drawn,
      tieSeed: random.integer(2 ** 32),
    };
  });
}
