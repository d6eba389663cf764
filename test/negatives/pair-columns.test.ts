import { describe, expect, it } from "vitest";
import { toPairColumns } from "../../src/negatives/pair-columns.js";

describe("toPairColumns", () => {
  it("lists every text once and the pairs as numbers", () => {
    const pair = (query: string, passage: string, label: 0 | 1) => ({
      query,
      passage,
      label,
      group: "p",
      kind: "gold",
    });
    expect(toPairColumns([pair("a", "x", 1), pair("a", "y", 0), pair("b", "x", 0)])).toEqual({
      queries: ["a", "b"],
      passages: ["x", "y"],
      pairs: {
        query: Uint32Array.of(0, 0, 1),
        passage: Uint32Array.of(0, 1, 0),
        label: Uint8Array.of(1, 0, 0),
      },
    });
  });
});
