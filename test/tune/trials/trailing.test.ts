import { describe, expect, it } from "vitest";
import { emptyOutcomes, type Rivals } from "../../../src/tune/ranking/outcomes.js";
import { trailing } from "../../../src/tune/trials/trailing.js";
import type { Trial } from "../../../src/tune/trials/trial.js";

/** A trial whose right passages have these ranks, among all and among peers. */
function trialOf(
  method: string,
  side: "both" | "query",
  ranks: readonly number[],
  { dropped = null, peers = ranks }: { dropped?: Trial["dropped"]; peers?: readonly number[] } = {},
): Trial {
  const [rank, peerRank] = [ranks, peers].map((each) => Float64Array.from(each));
  return {
    ...{ family: { name: method } as Trial["family"], position: 0, dropped, seconds: 0 },
    candidate: { method, side, parameters: {} },
    outcomes: { ...emptyOutcomes(ranks.length), rank, peerRank },
    likeness: new Float64Array(0),
  };
}
const n = 40;
const all = Uint32Array.from({ length: n }, (_, i) => i);
const ranks = (of: (i: number) => number): number[] => Array.from(all, of);
const methods = (
  trials: Trial[],
  { questions = all, units = all, rivals = "corpus" as Rivals } = {},
): string[] =>
  trailing(trials, questions, units, "mrr", rivals).map(({ candidate }) => candidate.method);

const best = ranks(() => 1);
const good = ranks((i) => (i < 20 ? 1 : 2));
const bad = ranks(() => 9);

describe("trailing", () => {
  it("finds what is clearly behind, and keeps what is not", () => {
    const close = ranks((i) => (i === 0 ? 2 : 1));
    expect(
      methods([
        trialOf("identity", "query", good),
        trialOf("best", "both", best),
        trialOf("close", "both", close),
        trialOf("bad", "both", bad),
      ]),
    ).toEqual(["bad"]);
  });

  it("asks for none that leaves passages as they are", () => {
    const trials = [
      trialOf("a", "both", good),
      trialOf("b", "both", best),
      trialOf("c", "both", bad),
    ];
    expect(methods(trials)).toEqual(["c"]);
  });

  it("keeps the untouched embedding, however far behind", () => {
    const trials = [trialOf("identity", "query", bad), trialOf("best", "query", best)];
    expect(methods(trials)).toEqual([]);
  });

  it("keeps the best of those that leave passages as they are, and drops those behind it", () => {
    expect(
      methods([
        trialOf("identity", "query", bad),
        trialOf("best", "both", best),
        trialOf("best query", "query", good),
        trialOf("bad query", "query", bad),
      ]),
    ).toEqual(["bad query"]);
  });

  it("keeps what is behind by less than whole units allow", () => {
    // Behind on half of the questions, but these are of one unit out of two.
    const trials = [trialOf("identity", "query", best), trialOf("good", "both", good)];
    expect(methods(trials)).toEqual(["good"]);
    const halves = all.map((i) => (i < 20 ? 0 : 1));
    expect(methods(trials, { units: halves })).toEqual([]);
  });

  it("keeps what is behind by less than a hundredth", () => {
    const hair = ranks(() => 1000);
    const trials = [
      trialOf(
        "identity",
        "query",
        ranks(() => 900),
      ),
      trialOf("hair", "both", hair),
    ];
    expect(methods(trials)).toEqual([]);
  });

  it("goes by the ranks in the corpus or among peers, as the choice does", () => {
    const trials = [
      trialOf("identity", "query", good),
      trialOf("behind in the corpus", "both", bad, { peers: best }),
      trialOf("behind among peers", "both", best, { peers: bad }),
    ];
    expect(methods(trials, { rivals: "peers" })).toEqual(["behind among peers"]);
    expect(methods(trials, { rivals: "corpus" })).toEqual(["behind in the corpus"]);
  });

  it("looks at the questions given alone, and at no one dropped before", () => {
    const late = ranks((i) => (i < 20 ? 1 : 9));
    const trials = [
      trialOf("identity", "query", best),
      trialOf("late", "both", late),
      trialOf("gone", "both", bad, { dropped: "time" }),
    ];
    expect(methods(trials, { questions: all.slice(0, 20) })).toEqual([]);
    expect(methods(trials, { questions: all.slice(20) })).toEqual(["late"]);
  });
});
