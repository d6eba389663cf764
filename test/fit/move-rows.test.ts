import { describe, expect, it } from "vitest";
import { fromRows } from "embedtune";
import { moveRows } from "embedtune/answered";

const passages = fromRows([
  [1, 0],
  [0, 1],
]);
const queries = fromRows([
  [0.6, 0.8],
  [0.8, 0.6],
]);
const mean = { kind: "mean", strength: 1 } as const;

describe("moveRows", () => {
  it("lets pairs labelled 0 move nothing", () => {
    const pairs = { query: Uint32Array.of(0, 1), passage: Uint32Array.of(0, 1) };
    const all = moveRows(passages, queries, pairs, mean);
    expect([...all.rows]).toEqual([0, 1]);
    const some = moveRows(passages, queries, { ...pairs, label: [1, 0] }, mean);
    expect([...some.rows]).toEqual([0]);
    expect([...some.vectors.data]).toEqual([...all.vectors.data.subarray(0, 2)]);
  });

  it.each([
    [{ query: Uint32Array.of(2), passage: Uint32Array.of(0) }, mean, "pairs.query[0]"],
    [{ query: Uint32Array.of(0), passage: Uint32Array.of(9) }, mean, "pairs.passage[0]"],
    [
      { query: Uint32Array.of(0), passage: Uint32Array.of(0) },
      { ...mean, kind: "foo" },
      "move.kind",
    ],
    [
      { query: Uint32Array.of(0), passage: Uint32Array.of(0) },
      { ...mean, strength: NaN },
      "move.strength",
    ],
  ])("refuses %j moved by %j", (pairs, move, place) => {
    expect(() => moveRows(passages, queries, pairs, move as never)).toThrow(`moveRows: ${place}`);
  });

  it("refuses tables of other dimensions", () => {
    const pairs = { query: Uint32Array.of(0), passage: Uint32Array.of(0) };
    expect(() => moveRows(passages, fromRows([[1, 0, 0]]), pairs, mean)).toThrow(
      "moveRows: queries",
    );
  });
});
