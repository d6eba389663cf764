import { describe, expect, it } from "vitest";
import { fitAdapter } from "embedtune";
import type { CandidateFamily } from "../../../src/tune/candidates/candidate.js";
import {
  candidateFamilies,
  type MethodName,
} from "../../../src/tune/candidates/default-candidates.js";
import { layOutClaim } from "../../../src/tune/claims/claims.js";
import { createClock } from "../../../src/tune/trials/clock.js";
import { judgeClaim } from "../../../src/tune/trials/judge-claim.js";
import { measureOtherClaim } from "../../../src/tune/trials/other-claim.js";
import { intents, prepared, vectorsWith } from "../corpora.js";

describe("the other claim", () => {
  const known = intents(80, 20);
  // Each class a group: whoever holds out whole groups holds out whole passages.
  const grouped = { ...known, groups: known.pairs.passage };
  const candidates = ["rca", "ridge"] as const;

  it("is the verdict's own where groups make both hold out the same", async () => {
    const decision = await fitAdapter(grouped, { holdOut: "questions", candidates });
    const swapped = await fitAdapter(grouped, { holdOut: "passages", candidates });
    // Each claim chooses by its own rivals, so that what was chosen may differ; nothing else does.
    const { chosen } = decision.otherClaim!;
    expect(decision.otherClaim).toEqual({ ...swapped.otherClaim, claim: "passages", chosen });
    expect(decision.otherClaim?.untouched).toBe(swapped.figures.mrr.before);
    const { method, side, parameters } = decision.best;
    const own = decision.table.find(
      (row) => row.method === method && row.side === side && row.parameters === parameters,
    );
    expect(decision.otherClaim?.chosen).toEqual(own?.gain);
  });

  it("differs where passages have several questions that no group holds together", async () => {
    const { otherClaim, figures } = await fitAdapter(known, { holdOut: "questions", candidates });
    expect(otherClaim?.claim).toBe("passages");
    expect(otherClaim?.untouched).toBeCloseTo(figures.mrr.before, 12);
    // What was learnt of a class helps its other questions alone.
    expect(otherClaim!.bestClosedForm!.gain.gain).toBeLessThan(
      figures.mrr.after - figures.mrr.before,
    );
  });

  it("is the verdict's own, too, where folds differ in pairs labelled 0 that nothing learns from", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => i);
    const data = vectorsWith(
      40,
      40,
      rows.flatMap((i): [number, number][] => [
        [i, i],
        [i, (i + 1) % 40],
      ]),
      { labels: rows.flatMap(() => [1, 0]) },
    );
    const compare = async (tried: readonly MethodName[]): Promise<unknown[]> => {
      const { table, otherClaim } = await fitAdapter(data, {
        ...{ holdOut: "passages", candidates: tried },
      });
      const changes = table.slice(1).filter(({ figure }) => figure !== null);
      const best = changes.reduce((a, b) => (b.figure! > a.figure! ? b : a));
      return [otherClaim?.bestClosedForm, { method: best.method, gain: best.gain }];
    };
    const [other, own] = await compare(candidates);
    expect(other).toEqual(own);
    // What learns from them meets others under the other claim.
    const [otherOfLearner, ownOfLearner] = await compare(["discriminative"]);
    expect(otherOfLearner).not.toEqual(ownOfLearner);
  });

  it("tries one point of each method that takes long, the one that does best under the verdict's claim", async () => {
    const corpus = prepared(intents(120, 20));
    const layout = { folds: 5, seed: 1, mostQuestions: 2000 };
    const methods = ["rca", "corpus-prior", "ridge"] as const;
    const fitted: string[] = [];
    const families = candidateFamilies(corpus, {
      ...{ methods, side: "both", claim: "questions", seed: 1 },
    }).map((family): CandidateFamily => {
      const fit: CandidateFamily["fit"] = (pairs, wanted, job) => {
        for (const at of wanted) {
          const { method, side, parameters } = family.candidates[at];
          fitted.push(JSON.stringify({ method, side, parameters }));
        }
        return family.fit(pairs, wanted, job);
      };
      return { ...family, fit, cost: () => 1e11 };
    });
    const claim = layOutClaim(corpus, "questions", layout);
    const judged = await judgeClaim(corpus, claim, families, {
      ...{ metric: "mrr", seed: 1, clock: createClock(Infinity) },
    });
    fitted.length = 0;
    await measureOtherClaim(corpus, "passages", families, judged, {
      ...{ ...layout, metric: "mrr" },
    });
    const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length;
    const best = ["identity", ...methods].map((name) => {
      const own = judged.trials
        .map(({ candidate, dropped }, t) => ({
          candidate,
          dropped,
          figure: mean(judged.values[t]),
        }))
        .filter(({ candidate, dropped }) => candidate.method === name && dropped === null);
      const { candidate } = own.reduce((a, b) => (b.figure > a.figure ? b : a));
      const { method, side, parameters } = candidate;
      return JSON.stringify({ method, side, parameters });
    });
    expect(new Set(fitted)).toEqual(new Set(best));
  });
});
