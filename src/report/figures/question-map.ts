import { applyAdapter } from "../../adapter/apply.js";
import { createRandom } from "../../base/random.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import { alignPoints } from "../../project/align.js";
import { applyPca, fitPca } from "../../project/pca.js";
import { tsne } from "../../project/tsne/tsne.js";
import { umapProjection } from "../../project/umap.js";
import type { Report } from "../read-report.js";
import type { MapProjection } from "../reported-decision.js";

/** Questions and passages in two or three dimensions, before and after. */
export interface QuestionMap {
  /** Positions in the report's list of questions. */
  readonly questions: readonly number[];
  /** Rows of the corpus: right passages and nearest wrong ones of those questions. */
  readonly passages: readonly number[];
  readonly names: readonly ("before" | "after")[];
  /** Shares of the variance that the first two principal components show, per view. */
  readonly explained: readonly number[];
  /** The first is by two principal components. */
  readonly pictures: readonly MapPicture[];
}

/** One way of drawing the same points. */
export interface MapPicture {
  readonly method: "PCA" | "t-SNE" | "UMAP";
  readonly dimensions: 2 | 3;
  /** Per view: questions, then passages, in rows; every view is turned to lie on the first. */
  readonly views: readonly Matrix[];
}

/** More would be a cloud, and a page of megabytes. */
const mostQuestions = 2500;
/** Points between which t-SNE is drawn unasked: fewer have no neighbours, and more take longer than a page should. */
const unasked = { least: 12, most: 3000 } as const;
/** Dimensions that t-SNE and UMAP begin from: neighbours hardly change by the others, and its time is theirs. */
const kept = 50;

/**
 * The judged questions, or a seeded sample of them, with the passages that matter to them, by principal components of
 * each space, and by `options.projections`: by t-SNE the second view begins where the first one ended, and whatever the
 * method it is turned to lie on the first.
 *
 * @returns `null` without vectors, and where all points are the same.
 */
export async function mapQuestions({
  decision,
  questions,
  compared,
  seed,
  options,
}: Pick<
  Report,
  "decision" | "questions" | "compared" | "seed" | "options"
>): Promise<QuestionMap | null> {
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
  const spaces = [stackRows(normalizeRows(asked), normalizeRows(answers))];
  if (compared) {
    const { adapter } = best;
    spaces.push(
      stackRows(
        applyAdapter(adapter, asked, { side: "query", embedder: null }),
        applyAdapter(adapter, answers, { side: "passage", embedder: null }),
      ),
    );
  }
  const reduced = spaces.map(reduce).filter((space) => space !== null);
  // A first view that cannot be drawn leaves nothing to compare with.
  if (reduced.length === 0 || reduce(spaces[0]) === null) return null;
  const firstAxes = (count: 2 | 3): Matrix[] =>
    reduced.map(({ points }) => columns(points, Math.min(count, points.cols)));
  const pictures: MapPicture[] = [
    { method: "PCA", dimensions: 2, views: aligned(firstAxes(2)) },
    ...(reduced.every(({ points }) => points.cols >= 3)
      ? [{ method: "PCA", dimensions: 3, views: aligned(firstAxes(3)) } as const]
      : []),
  ];
  const { rows: count } = spaces[0];
  const own: readonly MapProjection[] =
    count >= unasked.least && count <= unasked.most ? ["tsne"] : [];
  for (const name of options.projections ?? own) {
    if (count > 3)
      pictures.push(
        await drawBy(
          name,
          reduced.map(({ points }) => points),
          seed,
        ),
      );
  }
  return {
    questions: drawn,
    passages,
    names: reduced.length > 1 ? ["before", "after"] : ["before"],
    explained: reduced.map(({ explained }) => explained),
    pictures,
  };
}

async function drawBy(
  name: MapProjection,
  spaces: readonly Matrix[],
  seed: string | number,
): Promise<MapPicture> {
  const dimensions = name.endsWith("-3d") ? 3 : 2;
  if (name.startsWith("umap")) {
    const project = await umapProjection();
    const views = spaces.map((points) => project(points, { dimensions, seed }).coordinates);
    return { method: "UMAP", dimensions, views: aligned(views) };
  }
  const views: Matrix[] = [];
  for (const points of spaces) {
    const start = views.length === 0 ? {} : { start: views[0] };
    const settings = { dimensions, seed, ...perplexityFor(points.rows), ...start } as const;
    views.push((await tsne(points, settings)).points);
  }
  return { method: "t-SNE", dimensions, views: aligned(views) };
}

/** Points by their principal components; `null` where there is nothing to tell them apart. */
function reduce(points: Matrix): { points: Matrix; explained: number } | null {
  const { rows, cols, data } = points;
  if (rows < 2 || cols < 2) return null;
  if (data.every((value, i) => value === data[i % cols])) return null;
  const pca = fitPca(points, { components: Math.min(kept, rows, cols) });
  const [first, second = 0] = pca.explainedVarianceRatio;
  return { points: applyPca(pca, points), explained: first + second };
}

/** t-SNE's default of 30 neighbours, or what few points have. */
const perplexityFor = (rows: number): { perplexity?: number } =>
  rows > 100 ? {} : { perplexity: Math.max(1, Math.floor((rows - 1) / 4)) };

const aligned = ([first, ...others]: readonly Matrix[]): Matrix[] => [
  first,
  ...others.map((view) => alignPoints(view, first)),
];

/** The first `count` columns. */
function columns({ rows, cols, data }: Matrix, count: number): Matrix {
  const result = createMatrix(rows, count);
  for (let i = 0; i < rows; i++) {
    result.data.set(data.subarray(i * cols, i * cols + count), i * count);
  }
  return result;
}

function stackRows(a: Matrix, b: Matrix): Matrix {
  const result = createMatrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}
