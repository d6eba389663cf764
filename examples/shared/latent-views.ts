import { latentSpace, type LatentSpace } from "embedtune";
import type { LatentView } from "embedtune/report";
import type { MeasuredMethod } from "./measure.js";
import type { SideData } from "./nq-task.js";

/** The test side's questions and right passages before and after, the second view turned to lie on the first. */
export function latentViews(
  before: MeasuredMethod,
  after: MeasuredMethod,
  test: SideData,
  seed: number,
): { before: LatentView; after: LatentView } {
  const first = latentSpace(before.queries, before.passages, test.pairs, { seed });
  const second = latentSpace(after.queries, after.passages, test.pairs, { seed, alignTo: first });
  return { before: view(first, before.name, test), after: view(second, after.name, test) };
}

function view(
  { coordinates, points, links, method, explainedVarianceRatio }: LatentSpace,
  title: string,
  test: SideData,
): LatentView {
  return {
    title,
    method,
    explainedVarianceRatio,
    links,
    points: points.map(({ side, row }, i) => ({
      side,
      x: coordinates.data[i * coordinates.cols],
      y: coordinates.data[i * coordinates.cols + 1],
      text: side === "query" ? test.queryTexts[row] : test.passageTexts[row],
    })),
  };
}
