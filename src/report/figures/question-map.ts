import { applyAdapter } from "../../adapter/apply.js";
import { createRandom } from "../../base/random.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import { alignPoints } from "../../project/align.js";
import { applyPca, fitPca } from "../../project/pca.js";
import type { Report } from "../read-report.js";

/** Questions and passages in the plane, before and after. */
export interface QuestionMap {
  /** Positions in the report's list of questions. */
  readonly questions: readonly number[];
  /** Rows of the corpus: right passages and nearest wrong ones of those questions. */
  readonly passages: readonly number[];
  readonly views: readonly MapView[];
}

export interface MapView {
  readonly name: "before" | "after";
  /** Questions, then passages; two columns. */
  readonly points: Matrix;
  /** Share of the variance that the two axes show. */
  readonly explained: number;
}

/** More would be a cloud, and a page of megabytes. */
const mostQuestions = 2500;

/**
 * The judged questions, or a seeded sample of them, with the passages that matter to them, by principal components of
 * each space; the second view is turned to lie on the first.
 *
 * @returns `null` without vectors, and where all points are the same.
 */
export function mapQuestions({
  decision,
  questions,
  compared,
  seed,
}: Pick<Report, "decision" | "questions" | "compared" | "seed">): QuestionMap | null {
  const { vectors, best } = decision;
  if (vectors === undefined || questions.length === 0) return null;
  const drawn =
    questions.length <= mostQuestions
      ? [...questions.keys()]
      : createRandom(`${seed}/map`)
          .sample(questions.length, mostQuestions)
          .sort((a, b) => a - b);
  const rows = new Set<number>();
  for (const i of drawn) {
    const { before, after } = questions[i].nearest;
    for (const nearest of compared ? [before, after] : [before]) {
      rows.add(nearest.right);
      if (nearest.wrong !== null) rows.add(nearest.wrong);
    }
  }
  const passages = [...rows].sort((a, b) => a - b);
  const asked = gatherRows(
    vectors.queries,
    drawn.map((i) => questions[i].row),
  );
  const answers = gatherRows(vectors.passages, passages);
  const before = project("before", stackRows(normalizeRows(asked), normalizeRows(answers)));
  if (before === null) return null;
  if (!compared) return { questions: drawn, passages, views: [before] };
  const after = project(
    "after",
    stackRows(
      applyAdapter(best.adapter, asked, { side: "query" }),
      applyAdapter(best.adapter, answers, { side: "passage" }),
    ),
  );
  const views =
    after === null
      ? [before]
      : [before, { ...after, points: alignPoints(after.points, before.points) }];
  return { questions: drawn, passages, views };
}

function project(name: MapView["name"], points: Matrix): MapView | null {
  const { rows, cols, data } = points;
  if (rows < 2 || cols < 2) return null;
  if (data.every((value, i) => value === data[i % cols])) return null;
  const pca = fitPca(points, { components: 2 });
  const [first, second] = pca.explainedVarianceRatio;
  return { name, points: applyPca(pca, points), explained: first + second };
}

function stackRows(a: Matrix, b: Matrix): Matrix {
  const result = createMatrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}
