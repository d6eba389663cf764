import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import type { Candidate } from "../../src/tune/candidates/candidate.js";
import { untouchedCandidates } from "../../src/tune/candidates/closed-forms.js";
import { decide } from "../../src/tune/decide.js";
import { fitChoices } from "../../src/tune/fit-choices.js";
import { createAdapterMaker } from "../../src/tune/fitted-adapter.js";
import { emptyOutcomes, type Outcomes } from "../../src/tune/ranking/outcomes.js";
import { outcomesBy } from "./outcomes-by.js";
import type { JudgedClaim } from "../../src/tune/trials/judge-claim.js";
import type { Trial } from "../../src/tune/trials/trial.js";
import type { Decision } from "../../src/tune/verdict/decision.js";
import { permutationOf } from "../../src/tune/verdict/evidence.js";
import { gainOf } from "../../src/tune/verdict/gain.js";
import { circle } from "./trials/scripted.js";

interface Case {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly peers?: readonly number[];
  readonly units?: readonly number[];
  readonly leastGain?: number;
  readonly dropped?: Trial["dropped"];
}

/** The decision on a best candidate with these outcomes. */
function decideOn({ before, after, peers, units, leastGain = 0.005, dropped = null }: Case) {
  const n = before.length;
  const [untouched, changed] = [outcomesBy(before), outcomesBy(after, peers)];
  const trial = (candidate: Candidate, outcomes: Outcomes, name = candidate.method): Trial => ({
    ...{ position: 0, candidate, outcomes },
    family: { name, fit: () => Promise.resolve(untouchedCandidates) } as unknown as Trial["family"],
    ...{ likeness: new Float64Array(5), seconds: 1, dropped: null },
  });
  const identity = trial({ method: "identity", side: "query", parameters: {} }, untouched);
  const change = trial({ method: "rca", side: "both", parameters: { lambda: 1 } }, changed);
  const late = trial(
    { method: "info-nce", side: "both", parameters: {} },
    emptyOutcomes(n),
    "info-nce from rca, rate 1",
  );
  const own = Uint32Array.from(units ?? [...before.keys()]);
  const judged: JudgedClaim = {
    claim: {
      ...{ name: "questions", questions: Uint32Array.from(before.keys()), units: own },
      ...{ unitCount: new Set(own).size, allUnits: own, foldOf: new Uint32Array(n), folds: [] },
    },
    trials: dropped === null ? [identity, change] : [identity, change, { ...late, dropped }],
    values: [],
    identity: { trial: identity, outcomes: untouched },
    best: { trial: change, outcomes: changed },
    bestQueryOnly: { trial: identity, outcomes: untouched },
    forms: [],
    judgedRows: n,
    all: null,
  };
  const values = judged.trials.map(({ outcomes }) => outcomes.peerRank.map((rank) => 1 / rank));
  const options = { metric: "mrr", leastGain, seed: 1 } as const;
  const findings = decide(circle(n), { ...judged, values }, null, options);
  return fitChoices(circle(n), judged, findings, createAdapterMaker(2, null, "fingerprint"), {});
}

const many = (n: number, value: (i: number) => number): number[] =>
  Array.from({ length: n }, (_, i) => value(i));
const half = many(100, () => 0.5);

describe("decide", () => {
  it("says use it where all agrees, and hands back the best", async () => {
    const decision = await decideOn({ before: half, after: many(100, (i) => 0.6 + (i % 5) / 20) });
    expect(decision.verdict).toBe("use it");
    expect(decision.adapter).toBe(decision.best.adapter);
    expect(decision.labelsNeeded).toBe(100);
  });

  it("takes a gain of less than is asked for as none worth having", async () => {
    const after = many(100, (i) => 0.6 + (i % 5) / 20);
    const decision = await decideOn({ before: half, after, leastGain: 0.3 });
    expect(decision.verdict).toBe("not shown");
    expect(decision.adapter.metadata.method).toBe("identity");
    expect(decision.labelsNeeded).toBeNull();
  });

  it("asks for a gain among peers, too", async () => {
    const after = many(100, (i) => 0.6 + (i % 5) / 20);
    const decision = await decideOn({
      before: half,
      after,
      peers: many(100, (i) => 0.4 + (i % 3) / 10),
    });
    expect(decision.best.expected!.low).toBeGreaterThan(0);
    expect(decision.verdict).toBe("not shown");
    expect(decision.labelsNeeded).toBeNull();
  });

  it("foresees the labels that both the corpus and peers would take", async () => {
    const after = many(100, (i) => 0.52 + (i % 5) / 100);
    const wide = many(100, (i) => 0.52 + (i % 2 === 0 ? 0.3 : -0.28));
    const few = await decideOn({
      before: half,
      after,
      leastGain: 0.001,
      units: many(100, (i) => i % 10),
    });
    const { verdict, labelsNeeded } = await decideOn({ before: half, after, peers: wide });
    expect(few.labelsNeeded).toBe(200);
    expect(verdict).toBe("not shown");
    expect(labelsNeeded).toBeGreaterThan(200);
  });

  // Units of four equal questions each: as many observations as units, not as questions.
  const units = many(100, (i) => i >> 2);
  const byUnit = (seed: number): number[] => {
    const random = createRandom(seed);
    const effects = many(25, () => 0.1 + 0.25 * random.normal());
    return many(100, (i) => Math.min(1, Math.max(0.1, 0.5 + effects[i >> 2])));
  };

  it("counts whole units, in the interval as in the permutation test", async () => {
    const after = byUnit(1);
    const whole = await decideOn({ before: half, after, units });
    const apart = await decideOn({ before: half, after });
    expect([whole.labels.groups, apart.labels.groups]).toEqual([25, 100]);
    const width = ({ best }: Decision): number => best.expected!.high - best.expected!.low;
    expect(width(whole) / width(apart)).toBeGreaterThan(1.6);
    const peerWidth = ({ peerGain }: Decision): number => peerGain!.high - peerGain!.low;
    expect(peerWidth(whole) / peerWidth(apart)).toBeGreaterThan(1.6);
    const ofFigures = ({ figures }: Decision): number => figures.mrr.high - figures.mrr.low;
    expect(ofFigures(whole) / ofFigures(apart)).toBeGreaterThan(1.6);
    const row = ({ table }: Decision): number => table[1].gain!.high - table[1].gain!.low;
    expect(row(whole) / row(apart)).toBeGreaterThan(1.6);
  });

  it("asks the permutation test of whole units where the interval is already above zero", async () => {
    const [before, own] = [Float64Array.from(half), Uint32Array.from(units)];
    const alone = Uint32Array.from(own.keys());
    const seed = many(400, (i) => i).find((s) => {
      const after = Float64Array.from(byUnit(s));
      const options = { metric: "mrr", units: own, seed: 1 } as const;
      const { low } = gainOf(outcomesBy(half), outcomesBy([...after]), options);
      return low > 0 && permutationOf(before, after, own, 1) > 0.05;
    })!;
    const after = byUnit(seed);
    expect(permutationOf(before, Float64Array.from(after), alone, 1)).toBeLessThan(0.05);
    expect((await decideOn({ before: half, after, units })).verdict).toBe("not shown");
    expect((await decideOn({ before: half, after })).verdict).toBe("use it");
    // In the whole corpus, and among peers, each alone.
    const clear = many(100, (i) => 0.6 + (i % 5) / 20);
    const inCorpus = await decideOn({ before: half, after, peers: clear, units });
    expect(inCorpus.best.expected!.low).toBeGreaterThan(0);
    expect(inCorpus.verdict).toBe("not shown");
    const amongPeers = await decideOn({ before: half, after: clear, peers: after, units });
    expect(amongPeers.peerGain!.low).toBeGreaterThan(0);
    expect(amongPeers.verdict).toBe("not shown");
  });

  it("asks for twenty units", async () => {
    const after = many(100, (i) => 0.7 + (i % 5) / 20);
    const of = (size: number) =>
      decideOn({ before: half, after, units: many(100, (i) => Math.floor(i / size)) });
    expect([(await of(5)).labels.groups, (await of(5)).verdict]).toEqual([20, "use it"]);
    const few = await of(6);
    expect([few.labels.groups, few.verdict]).toEqual([17, "not shown"]);
    expect(few.labelsNeeded).toBeGreaterThan(100);
  });

  it("says leave it by the best change, whose interval the sentence gives", async () => {
    const { verdict, sentence, adapter } = await decideOn({
      before: half,
      after: many(100, (i) => 0.3 + (i % 5) / 50),
    });
    expect(verdict).toBe("leave it");
    expect(sentence).toMatch(
      /every change that was tried lowers MRR, the best by -0\.1\d\d \[-0\.1/,
    );
    expect(adapter.metadata.method).toBe("identity");
  });

  it("names the families that there was no time for, in table and sentence", async () => {
    const after = many(100, (i) => 0.6 + (i % 5) / 20);
    const late = await decideOn({ before: half, after, dropped: "time" });
    expect(late.table[2]).toMatchObject({ figure: null, gain: null, skipped: "time" });
    expect(late.sentence).toContain("Not tried for lack of time: info-nce from rca, rate 1.");
    const behind = await decideOn({ before: half, after, dropped: "trailing" });
    expect(behind.table[2]).toMatchObject({ figure: null, gain: null, skipped: "trailing" });
    expect(behind.sentence).not.toContain("lack of time");
  });

  it("says that labels look unrelated where right passages rank at random before and after", async () => {
    const random = createRandom("ranks");
    const drawn = (): number[] => many(100, () => 1 / (1 + random.integer(100)));
    const noise = await decideOn({ before: drawn(), after: drawn() });
    expect(noise.labelsLookUnrelated).toBe(true);
    const learnt = await decideOn({ before: drawn(), after: many(100, (i) => 1 / (1 + (i % 9))) });
    expect([learnt.verdict, learnt.labelsLookUnrelated]).toEqual(["use it", false]);
  });

  it("gives each adapter its threshold and figures out of fold", async () => {
    const after = many(100, (i) => 0.6 + (i % 5) / 20);
    const { best, bestQueryOnly, cosines } = await decideOn({ before: half, after });
    const { before: untouched, after: changed } = cosines!.nearestWrong!;
    expect(best.adapter.metadata.threshold).toBe(changed.threshold);
    expect(bestQueryOnly.adapter.metadata.threshold).toBe(untouched.threshold);
    expect(changed.threshold).not.toBe(untouched.threshold);
    expect(best.adapter.metadata.metrics!.mrr).toBeCloseTo(0.7, 12);
    expect(bestQueryOnly.adapter.metadata.metrics!.mrr).toBeCloseTo(0.5, 12);
  });
});
