import { describe, expect, it } from "vitest";
import { fromRows, identityAdapter, type Adapter, type AdapterSide } from "embedtune";
import { adapterFingerprint } from "embedtune/answered";

describe("the fingerprint of an adapter", () => {
  const identity = identityAdapter(2);
  const untouched: AdapterSide = { center: null, weights: null };
  const of = (query: AdapterSide, passage: AdapterSide = untouched): string =>
    adapterFingerprint({ ...identity, query, passage });
  const turned: AdapterSide = {
    center: null,
    weights: fromRows([
      [0, 1],
      [-1, 0],
    ]),
  };

  it("tells maps apart: by a bit, by the side and by the part that holds the values", () => {
    const nudged = fromRows([
      [0, 1],
      [-1, 1e-30],
    ]);
    const column = fromRows([[1], [2]]);
    const row = fromRows([[1, 2]]);
    const maps = [
      of(untouched),
      of(turned),
      of(untouched, turned),
      of({ center: null, weights: nudged }),
      of({ center: Float32Array.of(1, 2), weights: null }),
      of({ center: null, weights: row }),
      of({ center: null, weights: null, lowRank: { left: column, right: row } }),
      of({ center: Float32Array.of(1, 2), weights: row }),
      of({ ...turned, center: Float32Array.of(0, 0) }),
      of({ center: Float32Array.of(1, 2), weights: null }, { center: null, weights: row }),
      adapterFingerprint(identityAdapter(3)),
    ];
    expect(new Set(maps).size).toBe(maps.length);
    for (const digest of maps) expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });

  it("is that of the maps alone, whatever the metadata say", () => {
    const other: Adapter = { ...identity, metadata: { embedder: "e5", method: "by hand" } };
    expect(adapterFingerprint(other)).toBe(adapterFingerprint(identity));
  });
});
