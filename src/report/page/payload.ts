import type { LabelToReview } from "../../tune/review/labels-to-review.js";
import type { NearestPassages } from "../../tune/verdict/decision.js";
import type { Matrix } from "../../math/matrix.js";
import { shorten } from "../format.js";
import type { MapPicture, QuestionMap } from "../figures/question-map.js";
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
    readonly pictures: readonly PayloadPicture[];
    /** Names of slices, and per question of the map the position of its own; -1 of none. */
    readonly slices: { readonly names: readonly string[]; readonly of: readonly number[] } | null;
  } | null;
}

/** One way of drawing the map. */
export interface PayloadPicture {
  readonly method: MapPicture["method"];
  readonly dimensions: 2 | 3;
  /** Per view the coordinates of each question, then of each passage, 0 to 4,095. */
  readonly views: readonly (readonly number[])[];
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

export function payloadOf(report: Report, map: QuestionMap | null): Payload {
  const { decision, questions, names, compared, toReview } = report;
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
          pictures: map.pictures.map(({ method, dimensions, views }) => ({
            ...{ method, dimensions },
            views: views.map(quantised),
          })),
          slices: slicesOfMap(report, map),
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

/** All axes in the same steps, so that one unit is as long in every direction. */
function quantised({ data, cols }: Matrix): number[] {
  const low = new Array<number>(cols).fill(Infinity);
  const high = new Array<number>(cols).fill(-Infinity);
  for (let i = 0; i < data.length; i++) {
    low[i % cols] = Math.min(low[i % cols], data[i]);
    high[i % cols] = Math.max(high[i % cols], data[i]);
  }
  const widest = Math.max(...high.map((most, axis) => most - low[axis])) || 1;
  const middle = high.map((most, axis) => (low[axis] + most) / 2);
  return Array.from(data, (value, i) =>
    Math.round(((value - middle[i % cols]) / widest + 0.5) * steps),
  );
}

/** The slices of the questions on the map, largest first; `null` where there is one at most. */
function slicesOfMap(
  { questions, sliceOf, names }: Report,
  map: QuestionMap,
): NonNullable<Payload["map"]>["slices"] {
  const keys = map.questions.map((i) => sliceOf(questions[i].row));
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  if (counts.size < 2) return null;
  const ordered = [...counts.keys()].sort(
    (a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1),
  );
  const position = new Map(ordered.map((key, at) => [key, at]));
  return {
    // A slice may be named after a page, which is a text.
    names: ordered.map((key, at) => (names.areTexts ? shorten(key, 60) : `slice ${at + 1}`)),
    of: keys.map((key) => (key === null ? -1 : position.get(key)!)),
  };
}
