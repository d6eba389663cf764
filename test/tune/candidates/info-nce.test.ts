import { describe, expect, it } from "vitest";
import type { Sides } from "../../../src/tune/candidates/candidate.js";
import { infoNceFamily, type InfoNceStart } from "../../../src/tune/candidates/info-nce.js";
import { untouchedSides } from "../../../src/tune/candidates/closed-forms.js";
import { intents, prepared } from "../corpora.js";

describe("infoNceFamily", () => {
  const data = prepared(intents(40, 6, { d: 8 }));
  const start: InfoNceStart = {
    name: "identity",
    trained: "both",
    side: "both",
    sides: () => untouchedSides,
  };
  const options = { start, rate: 1e-3, epochs: [1, 2, 4], seed: 1 };

  it("learns only from what pairs name, wherever that stands in the tables", async () => {
    const { positives, negatives } = data;
    const few = {
      query: positives.query.subarray(10, 30),
      passage: positives.passage.subarray(10, 30),
    };
    const poisoned = { ...data, queries: { ...data.queries, data: data.queries.data.slice() } };
    // Held-out questions: another value there must not move a weight.
    for (let i = 0; i < 10 * 8; i++) poisoned.queries.data[i] = (i % 7) - 3;
    const maps = [];
    for (const table of [data, poisoned]) {
      const fitted = await infoNceFamily(table, options).fit(
        { positives: few, negatives },
        [2],
        {},
      );
      maps.push(fitted.sides(2).query.weights!.data);
    }
    expect(maps[0]).toEqual(maps[1]);
  });

  it("gives the states of one run: the same after an epoch, however long it goes on", async () => {
    const { positives, negatives } = data;
    const fit = (wanted: number[]) =>
      infoNceFamily(data, options).fit({ positives, negatives }, wanted, {});
    const [short, long] = [await fit([0]), await fit([0, 2])];
    expect(short.sides(0)).toEqual(long.sides(0));
    expect(long.sides(0)).not.toEqual(long.sides(2));
  });

  it("stays where it starts when centring leaves a question without direction", async () => {
    const one = {
      query: data.positives.query.subarray(0, 1),
      passage: data.positives.passage.subarray(0, 1),
    };
    const center = data.queries.data.slice(one.query[0] * 8, (one.query[0] + 1) * 8);
    const sides = (): Sides => ({ ...untouchedSides, query: { center, weights: null } });
    const family = infoNceFamily(data, { ...options, start: { ...start, sides } });
    const fitted = await family.fit({ positives: one, negatives: data.negatives }, [1], {});
    expect(fitted.sides(1)).toEqual(sides());
  });
});
