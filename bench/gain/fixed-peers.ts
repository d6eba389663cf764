import type { PairColumns } from "../../src/data/types.js";
import type { Matrix } from "../../src/math/matrix.js";
import type { CandidateFamily, Sides } from "../../src/tune/candidates/candidate.js";
import {
  rcaCandidates,
  rcaStart,
  ridgeCandidates,
  untouchedSides,
} from "../../src/tune/candidates/closed-forms.js";
import { infoNceFamily } from "../../src/tune/candidates/info-nce.js";
import { prepareLabelledCorpus } from "../../src/tune/claims/labelled-corpus.js";

/** Methods with one fixed setting, fitted on all the labels there are. */
export async function fitPeers(
  data: { readonly queries: Matrix; readonly passages: Matrix; readonly pairs: PairColumns },
  seed: number,
): Promise<(readonly [string, Sides])[]> {
  const corpus = prepareLabelledCorpus(data, "fitPeers");
  const rca = rcaCandidates(corpus, "both");
  const training = { trained: "query", rate: 1e-3, epochs: [8], seed } as const;
  const trained = (start: "identity" | "rca"): CandidateFamily => {
    const { trained, rate, epochs } = training;
    const sides = start === "rca" ? rcaStart(corpus, "both") : (): Sides => untouchedSides;
    const side = start === "rca" ? "both" : "query";
    return infoNceFamily(corpus, {
      start: { name: start, trained, side, sides },
      rate,
      epochs,
      seed,
    });
  };
  const fixed: readonly (readonly [string, CandidateFamily, Readonly<Record<string, number>>])[] = [
    ["RCA 1, 1/4", rca, { lambda: 1, power: 0.25 }],
    ["RCA .3, 1/2", rca, { lambda: 0.3, power: 0.5 }],
    ["ridge 1", ridgeCandidates(corpus), { mu: 1 }],
    ["InfoNCE, identity", trained("identity"), {}],
    ["InfoNCE, mild RCA", trained("rca"), {}],
  ];
  const fitted: (readonly [string, Sides])[] = [];
  for (const [name, family, point] of fixed) {
    // The grids list both sides before the query side alone.
    const at = family.candidates.findIndex(({ parameters }) =>
      Object.entries(point).every(([key, value]) => parameters[key] === value),
    );
    if (at < 0) throw new RangeError(`fitPeers: ${family.name} must have the point of ${name}`);
    const { positives, negatives } = corpus;
    fitted.push([name, (await family.fit({ positives, negatives }, [at], {})).sides(at)]);
  }
  return fitted;
}
