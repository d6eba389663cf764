import type { LabelToReview } from "../../tune/review/labels-to-review.js";
import type { NearestPassages } from "../../tune/verdict/decision.js";
import { shorten } from "../format.js";
import type { QuestionMap } from "../figures/question-map.js";
import type { Report } from "../read-report.js";

/**
 * What the page's script reads: columns, because they are a third of the size of rows. Texts stand once each and are
 * referred to by position. Cosines are thousandths, `null` where there is none.
 */
export interface Payload {
  /** Whether there is an after. */
  readonly compared: boolean;
  /** Names of the judged questions in the order of the table, then of others that have a label to review. */
  readonly questions: readonly string[];
  readonly passages: readonly string[];
  /** Rows of the tables of queries and of passages, and ids where there are any. */
  readonly rows: { readonly questions: readonly number[]; readonly passages: readonly number[] };
  readonly ids: {
    readonly questions: readonly (string | null)[];
    readonly passages: readonly (string | null)[];
  } | null;
  /** Ranks. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly best: readonly number[];
  readonly nearest: { readonly before: PayloadNearest; readonly after: PayloadNearest };
  readonly reviews: readonly PayloadReview[];
  readonly map: {
    /** Positions in `questions` and `passages`. */
    readonly questions: readonly number[];
    readonly passages: readonly number[];
    /** x and y of each question, then of each passage, 0 to 4,095. */
    readonly views: readonly (readonly number[])[];
  } | null;
}

/** Per judged question, positions in `passages`; -1 where there is no wrong one. */
export interface PayloadNearest {
  readonly right: readonly number[];
  readonly rightCosine: readonly number[];
  readonly wrong: readonly number[];
  readonly wrongCosine: readonly (number | null)[];
}

/** Positions in `questions` and `passages`. */
export interface PayloadReview {
  readonly reason: LabelToReview["reason"];
  readonly question: number;
  readonly passage: number;
  readonly other: number;
  readonly ranks: readonly (number | null)[];
}

/** Characters of a text, and of all together: 40,000 texts of full length make about 6 MB of page. */
const mostCharacters = 200;
const allCharacters = 8_000_000;
const fewestCharacters = 60;
/** Steps of a coordinate. */
const steps = 4095;

/** Texts numbered in the order in which they first come. */
function createNumbering(): { rows: number[]; of(row: number): number } {
  const numbers = new Map<number, number>();
  const rows: number[] = [];
  return {
    rows,
    of(row) {
      const known = numbers.get(row);
      if (known !== undefined) return known;
      numbers.set(row, rows.length);
      return rows.push(row) - 1;
    },
  };
}

export function payloadOf(
  { decision, questions, names, compared, toReview }: Report,
  map: QuestionMap | null,
): Payload {
  const asked = createNumbering();
  const answers = createNumbering();
  for (const { row } of questions) asked.of(row);
  const nearest = (when: "before" | "after"): PayloadNearest => {
    const own: readonly NearestPassages[] = questions.map((question) => question.nearest[when]);
    return {
      right: own.map(({ right }) => answers.of(right)),
      rightCosine: own.map(({ rightCosine }) => thousandths(rightCosine)),
      wrong: own.map(({ wrong }) => (wrong === null ? -1 : answers.of(wrong))),
      wrongCosine: own.map(({ wrongCosine }) =>
        wrongCosine === null ? null : thousandths(wrongCosine),
      ),
    };
  };
  const before = nearest("before");
  const none = { right: [], rightCosine: [], wrong: [], wrongCosine: [] };
  const after = compared ? nearest("after") : none;
  const reviews = toReview.map(
    ({ reason, query, passage, other, before: was, after: is, bestOfAll }): PayloadReview => ({
      ...{ reason, question: asked.of(query), passage: answers.of(passage) },
      ...{ other: answers.of(other), ranks: [was, is, bestOfAll] },
    }),
  );
  const mapped =
    map === null
      ? null
      : {
          questions: map.questions,
          passages: map.passages.map((row) => answers.of(row)),
          views: map.views.map(({ points }) => quantised(points.data)),
        };
  const length = Math.max(
    fewestCharacters,
    Math.min(mostCharacters, Math.floor(allCharacters / (asked.rows.length + answers.rows.length))),
  );
  const { queryIds, passageIds } = decision.texts ?? {};
  return {
    compared,
    questions: asked.rows.map((row) => shorten(names.question(row), length)),
    passages: answers.rows.map((row) => shorten(names.passage(row), length)),
    rows: { questions: asked.rows, passages: answers.rows },
    ids:
      queryIds === undefined || passageIds === undefined
        ? null
        : {
            questions: asked.rows.map((row) => queryIds[row]),
            passages: answers.rows.map((row) => passageIds[row]),
          },
    before: questions.map((question) => question.before),
    after: compared ? questions.map((question) => question.after) : [],
    best: questions.map(({ bestOfAll }) => bestOfAll),
    nearest: { before, after },
    reviews,
    map: mapped,
  };
}

/** Rounded as it is printed elsewhere. */
const thousandths = (cosine: number): number => Math.round(Number(cosine.toFixed(3)) * 1000);

/** Both axes in the same steps, so that one unit is as long in either direction. */
function quantised(data: Float32Array): number[] {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    low[i % 2] = Math.min(low[i % 2], data[i]);
    high[i % 2] = Math.max(high[i % 2], data[i]);
  }
  const widest = Math.max(high[0] - low[0], high[1] - low[1]) || 1;
  const middle = [0, 1].map((axis) => (low[axis] + high[axis]) / 2);
  return Array.from(data, (value, i) =>
    Math.round(((value - middle[i % 2]) / widest + 0.5) * steps),
  );
}
