import { latentSpace } from "embedtune/project";
import { latentView, type LatentView } from "embedtune/report";
import type { MeasuredMethod } from "./measure.js";
import type { SideData } from "./nq-task.js";

/** The test side's questions and right passages before and after, the second view rotated to lie on the first. */
export function latentViews(
  before: MeasuredMethod,
  after: MeasuredMethod,
  test: SideData,
  seed: number,
): { before: LatentView; after: LatentView } {
  const first = latentSpace(before.queries, before.passages, test.pairs, { seed });
  const second = latentSpace(after.queries, after.passages, test.pairs, { seed, alignTo: first });
  const texts = { queries: test.queryTexts, passages: test.passageTexts };
  return {
    before: latentView(first, { ...texts, title: before.name }),
    after: latentView(second, { ...texts, title: after.name }),
  };
}
