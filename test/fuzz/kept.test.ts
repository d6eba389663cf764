import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { targets } from "./targets.js";
import { isRefusal } from "./wrong-value.js";

/**
 * Inputs that once failed, as bytes: what makes them from a number changes with the valid inputs. `was` says what came of it;
 * `like` is the valid input that it was made of, `changes` the places of it that hold another byte.
 */
const kept = JSON.parse(
  readFileSync(new URL("kept/inputs.json", import.meta.url), "utf8"),
) as readonly {
  readonly target: string;
  readonly like: number;
  readonly was: string;
  readonly base64?: string;
  readonly changes?: readonly (readonly [place: number, byte: number])[];
}[];

describe("an input that once failed", () => {
  it.each(kept.map(({ target, was }, i) => [target, was, i] as const))(
    "is refused by name: %s, %s (%i)",
    async (_, __, i) => {
      const { target, like, base64, changes = [] } = kept[i];
      const found = targets.find(({ name }) => name === target)!;
      const bytes = new Uint8Array(
        base64 === undefined ? (await found.seeds())[like] : Buffer.from(base64, "base64"),
      );
      for (const [place, byte] of changes) bytes[place] = byte;
      const error: unknown = await found
        .run(bytes, createRandom(`kept/${i}`), like)
        .catch((e: unknown) => e);
      expect(error, "what it is read as").toBeInstanceOf(Error);
      expect(isRefusal(error), String(error)).toBe(true);
    },
  );
});
