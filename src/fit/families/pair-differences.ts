import { once } from "../../base/once.js";
import { subtractMatrices } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { CenteredPairs } from "../centered-pairs.js";

/** What matching pairs differ by, each side centred: all that RCA and its prior learn from pairs. */
export interface PairDifferences extends Pick<CenteredPairs, "queryCenter" | "passageCenter"> {
  /** n × d. */
  readonly rows: Matrix;
  /** rowsᵀ · rows, d × d; computed when it is first asked for. */
  scatter(): Matrix;
}

/** The differences of centred pairs. */
export function differencesOf({
  queries,
  passages,
  queryCenter,
  passageCenter,
}: CenteredPairs): PairDifferences {
  const rows = subtractMatrices(queries, passages);
  const scatter = once(() => multiply(rows, rows, { transposeA: true }));
  return { rows, scatter, queryCenter, passageCenter };
}
