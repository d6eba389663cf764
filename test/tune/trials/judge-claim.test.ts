import { describe, expect, it } from "vitest";
import { layOutClaim, type Claim, type ClaimName } from "../../../src/tune/claims/claims.js";
import { createClock } from "../../../src/tune/trials/clock.js";
import { judgeClaim, type JudgedClaim } from "../../../src/tune/trials/judge-claim.js";
import { formGrid } from "../../../src/tune/forms/form.js";
import { circle, scripted, type ScriptedFamily } from "./scripted.js";

function layOut(
  count: number,
  folds = 2,
  name: ClaimName = "questions",
): { claim: Claim; data: ReturnType<typeof circle> } {
  const data = circle(count);
  return {
    data,
    claim: layOutClaim(data, name, { folds, seed: 1, mostQuestions: 2000 }),
  };
}
const judge = (
  { data, claim }: ReturnType<typeof layOut>,
  families: ScriptedFamily[],
): Promise<JudgedClaim> =>
  judgeClaim(data, claim, families, {
    metric: "mrr",
    seed: 1,
    clock: createClock(Infinity),
  });

const identityOf = (count: number, good: (i: number) => boolean = () => false): ScriptedFamily =>
  scripted("identity", count, [{ side: "query", good }]);

describe("judgeClaim", () => {
  it("shows every question under what the other folds choose, luck and all", async () => {
    const count = 120;
    const laid = layOut(count);
    const { foldOf } = laid.claim;
    const lucky = (fold: number, most: number): Set<number> =>
      new Set([...foldOf.keys()].filter((i) => foldOf[i] === fold).slice(0, most));
    const [first, second] = [lucky(0, 7), lucky(1, 6)];
    // Chosen with the outcomes that it is judged by, each would look better than the other.
    const families = [
      identityOf(count),
      scripted("first", count, [{ good: (i) => first.has(i) }]),
      scripted("second", count, [{ good: (i) => second.has(i) }]),
    ];
    const { best } = await judge(laid, families);
    expect(best.trial.candidate.method).toBe("first");
    expect([...best.outcomes.rank]).toEqual(Array.from({ length: count }, () => count));
  });

  it.each<[ClaimName, string, number, number]>([
    ["questions", "before its peers", 5, 1],
    ["passages", "before what it learnt from", 3, 3],
  ])("claiming %s, takes what puts matches %s", async (name, method, rank, peerRank) => {
    const laid = layOut(120, 2, name);
    // Each on a tenth of the questions, so that neither trails clearly.
    const families = [
      identityOf(120),
      scripted("before what it learnt from", 120, [
        { before: (i) => ({ learnt: 0, peers: i % 10 === 0 ? 2 : 0 }) },
      ]),
      scripted("before its peers", 120, [
        { before: (i) => ({ learnt: i % 10 === 0 ? 4 : 0, peers: 0 }) },
      ]),
    ];
    const { best } = await judge(laid, families);
    expect(best.trial.candidate.method).toBe(method);
    // Shown are both: the place in the whole corpus, and that among peers.
    expect(Math.max(...best.outcomes.rank)).toBe(rank);
    expect(Math.max(...best.outcomes.peerRank)).toBe(peerRank);
  });

  it("shows the untouched embedding as it is", async () => {
    const families = [
      identityOf(60, (i) => i % 5 === 0),
      scripted("a", 60, [{ good: () => true }]),
    ];
    const { identity } = await judge(layOut(60), families);
    expect([...identity.outcomes.rank]).toEqual(
      Array.from({ length: 60 }, (_, i) => (i % 5 ? 60 : 1)),
    );
  });

  it("takes the untouched embedding's own outcomes where it is chosen last, whatever other folds chose", async () => {
    const count = 120;
    const laid = layOut(count);
    const { foldOf } = laid.claim;
    // Better on one fold, worse on the other, and worse on both together.
    const of = (fold: number): number[] => [...foldOf.keys()].filter((i) => foldOf[i] === fold);
    const [good, bad] = [new Set(of(0).slice(0, 30)), new Set(of(1).slice(0, 34))];
    const families = [
      identityOf(count, (i) => !good.has(i)),
      scripted("a", count, [{ side: "query", good: (i) => !bad.has(i) }]),
    ];
    const { best, bestQueryOnly, identity } = await judge(laid, families);
    expect(best).toBe(identity);
    expect(bestQueryOnly).toBe(identity);
  });

  it("has one figure for one map: the best of all is the best of the query side where it is one", async () => {
    const families = [identityOf(60), scripted("a", 60, [{ side: "query", good: () => true }])];
    const { best, bestQueryOnly } = await judge(layOut(60), families);
    expect(best.trial.candidate.method).toBe("a");
    expect(bestQueryOnly).toBe(best);
  });

  it("ranks all labelled questions under the untouched embedding where only some are judged", async () => {
    const data = circle(60);
    const claim = layOutClaim(data, "questions", { folds: 2, seed: 1, mostQuestions: 20 });
    const { all, identity } = await judge({ data, claim }, [identityOf(60)]);
    expect(all!.judged).toBe(identity.outcomes);
    expect(all!.outcomes.rank).toHaveLength(60);
    expect(all!.units).toEqual(claim.allUnits);
    expect((await judge(layOut(60), [identityOf(60)])).all).toBeNull();
  });

  it("chooses among those that leave passages as they are, too", async () => {
    const count = 120;
    const families = [
      identityOf(count),
      scripted("a", count, [
        { side: "both", good: () => true },
        { side: "query", good: (i) => i % 4 !== 0 },
        { side: "query", good: (i) => i % 3 === 0 },
      ]),
    ];
    const { best, bestQueryOnly } = await judge(layOut(count), families);
    expect([best.trial.position, bestQueryOnly.trial.position]).toEqual([0, 1]);
    expect(bestQueryOnly.outcomes.rank.filter((rank) => rank === 1)).toHaveLength(90);
  });

  it.each([
    [99, "mild"],
    [100, "strong"],
  ])("with %i labelled questions, of two about as good takes the %s one", async (count, method) => {
    const families = [
      identityOf(count),
      scripted("strong", count, [{ good: (i) => i % 3 !== 0, likeness: -1 }]),
      scripted("mild", count, [{ good: (i) => i % 3 !== 1 && i > 3 }]),
    ];
    const { best, trials } = await judge(layOut(count), families);
    expect(best.trial.candidate.method).toBe(method);
    expect(trials[0].likeness.every((r) => (count < 100 ? r === 1 : Number.isNaN(r)))).toBe(true);
  });

  it("takes the mildest form among those about as good, on the mildest map, in whatever order they were tried", async () => {
    const count = 120;
    const { data, claim } = layOut(count);
    // The second map is good for six more questions, and not for five others: half a standard error holds that.
    const families = [
      identityOf(count, (i) => i % 3 !== 0 || (i % 6 === 0 && i < 30)),
      scripted("map", count, [{ good: (i) => i % 3 !== 0 || (i % 6 === 3 && i < 36) }]),
    ];
    const weighing = (weight: number) =>
      formGrid.find((form) => form.name === "known questions" && form.votes.weight === weight)!;
    const { forms } = await judgeClaim(data, claim, families, {
      ...{ metric: "mrr", seed: 1, clock: createClock(Infinity) },
      formsOf: () => [weighing(0.1), weighing(0.05)],
    });
    expect(forms).toHaveLength(1);
    const { candidate, form } = forms[0].trial;
    expect(candidate.method).toBe("identity");
    expect(form).toBe(weighing(0.05));
  });
});
