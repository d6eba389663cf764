import { describe, expect, it } from "vitest";
import { fitAdapter } from "embedtune";
import { intents } from "../corpora.js";

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
});
