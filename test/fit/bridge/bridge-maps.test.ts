import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromRows, type Matrix } from "embedtune";
import { multiply, normalizeRows } from "embedtune/math";
import {
  bridgeMaps,
  bridgePoints,
  type BridgeMethod,
  type BridgePoint,
} from "../../../src/fit/bridge/bridge-maps.js";
import { bridgeMoments } from "../../../src/fit/bridge/bridge-moments.js";
import { polarFactor } from "../../../src/fit/families/polar.js";
import { firstColumns } from "../../../src/fit/matrix-layout.js";
import { subtractFromRows } from "../../../src/math/elementwise.js";
import { columnMeans } from "../../../src/math/vectors.js";
import { uniformMatrix } from "../../support/odd-adapters.js";

interface Reference {
  readonly new: number[][];
  readonly old: number[][];
  readonly squareProcrustes: number[][];
  readonly maps: readonly (BridgePoint & { readonly map: number[][] })[];
}

const reference = JSON.parse(
  readFileSync(new URL("../../fixtures/bridge/reference.json", import.meta.url), "utf8"),
) as Reference;
const texts = {
  new: normalizeRows(fromRows(reference.new)),
  old: normalizeRows(fromRows(reference.old)),
};

function fullMap(kinds: readonly (typeof texts)[], point: BridgePoint): Matrix {
  const moments = bridgeMoments(kinds);
  const map = multiply(moments.from.vectors, bridgeMaps(moments)(point));
  return multiply(map, moments.to.vectors, { transposeB: true });
}

function expectClose(actual: Matrix, expected: number[][], digits: number): void {
  for (const [i, value] of expected.flat().entries()) {
    expect(actual.data[i]).toBeCloseTo(value, digits);
  }
}

describe("a map between two embeddings", () => {
  it.each(reference.maps)("is NumPy's and SciPy's: $method, $parameters", (point) => {
    expectClose(fullMap([texts], point), point.map, 4);
  });

  it("rotates as scipy.linalg.orthogonal_procrustes does where dimensions agree", () => {
    const centred = (matrix: Matrix): Matrix => subtractFromRows(matrix, columnMeans(matrix));
    const x = firstColumns(centred(texts.new), texts.old.cols);
    const cross = multiply(x, centred(texts.old), { transposeA: true });
    expectClose(polarFactor(cross), reference.squareProcrustes, 4);
  });

  it("goes the other way with fewer dimensions before than after", () => {
    const turned = { new: texts.old, old: texts.new };
    const map = fullMap([turned], { method: "procrustes", parameters: {} });
    const there = fullMap([texts], { method: "procrustes", parameters: {} });
    // The same rotation transposed, at its own scale.
    const ratio = map.data[0] / there.data[0];
    for (let i = 0; i < map.rows; i++) {
      for (let j = 0; j < map.cols; j++) {
        const value = there.data[j * there.cols + i] * ratio;
        expect(map.data[i * map.cols + j]).toBeCloseTo(value, 4);
      }
    }
  });

  it("does not see that another kind of text lies elsewhere in either space", () => {
    const shifted = {
      new: subtractFromRows(texts.new, new Float64Array(texts.new.cols).fill(3)),
      old: subtractFromRows(texts.old, new Float64Array(texts.old.cols).fill(-2)),
    };
    const point = { method: "ridge", parameters: { mu: 1 } } as const;
    const [one, two] = [fullMap([texts], point), fullMap([texts, shifted], point)];
    expectClose(two, [[...one.data]], 4);
  });

  it("is finite with fewer texts than dimensions, and where one side is constant", () => {
    const few = { new: uniformMatrix(6, 40, "new"), old: uniformMatrix(6, 9, "old") };
    const constant = { new: uniformMatrix(20, 5, "new"), old: fromRows(Array(20).fill([1, 2, 3])) };
    const methods: readonly BridgeMethod[] = [
      "procrustes",
      "whitened-procrustes",
      "ridge",
      "low-rank",
    ];
    for (const data of [few, constant]) {
      for (const point of bridgePoints(methods, 9)) {
        expect(fullMap([data], point).data.every(Number.isFinite)).toBe(true);
      }
    }
  });
});
