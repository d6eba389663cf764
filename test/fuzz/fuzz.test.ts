import { describe, expect, it } from "vitest";
import { fuzzLmdb } from "./lmdb.js";
import { fuzz } from "./run.js";
import { targets } from "./targets.js";

/** So many inputs of each target; `npm run bench -- fuzz` tries 20,000. */
const inputs = 500;

describe("500 damaged inputs end in an error by name or in what they say, and never hang, crash or lie", () => {
  it.each(targets.map(({ name }) => name))(
    "%s",
    async (name) => {
      const { problems } = await fuzz(name, 0, inputs);
      expect(problems).toEqual([]);
    },
    120_000,
  );
});

describe("a damaged LMDB cache", () => {
  it("gives right values or an error at opening that names its file, and never ends the process", async () => {
    const outcomes = await fuzzLmdb(0, 24);
    expect(outcomes).toHaveLength(24);
    for (const { kind, message, damage } of outcomes) {
      expect(["right", "refused"], `${damage}: ${message}`).toContain(kind);
      if (kind !== "right") expect(message).toMatch(/data\.mdb is damaged: .*; restore it/);
    }
  }, 300_000);
});
