import { describe, expect, it } from "vitest";
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
