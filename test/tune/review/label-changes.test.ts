import { describe, expect, it } from "vitest";
import { labelChanges, type LabelledTables } from "../../../src/tune/review/label-changes.js";

function tables(pairs: readonly (readonly [string, string, number])[]): LabelledTables {
  const queries = [...new Set(pairs.map(([query]) => query))];
  const passages = [...new Set(pairs.map(([, passage]) => passage))];
  return {
    ...{ queries, passages },
    pairs: {
      query: Uint32Array.from(pairs, ([query]) => queries.indexOf(query)),
      passage: Uint32Array.from(pairs, ([, passage]) => passages.indexOf(passage)),
      label: Uint8Array.from(pairs, ([, , label]) => label),
    },
  };
}

describe("labelChanges", () => {
  const labels = [
    ["a", "x", 1],
    ["a", "y", 0],
    ["b", "y", 1],
  ] as const;

  it("finds none in the same labels, whatever their rows", () => {
    const none = { added: 0, removed: 0, turned: 0 };
    expect(labelChanges(tables(labels), tables([...labels].reverse()))).toEqual(none);
    expect(labelChanges(tables([]), tables([]))).toEqual(none);
  });

  it("counts what came, what went and what was turned", () => {
    const now = tables([
      ["a", "x", 0],
      ["a", "y", 0],
      ["c", "x", 1],
      ["c", "y", 1],
    ]);
    expect(labelChanges(tables(labels), now)).toEqual({ added: 2, removed: 1, turned: 1 });
  });
});
