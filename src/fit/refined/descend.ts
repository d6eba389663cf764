import { refinementLoss } from "./refinement-loss.js";
import type { Refinement, RefinementPart } from "./refinement.js";

export interface DescentOptions {
  /** Numbers of steps after which what was reached is kept. */
  readonly steps: readonly number[];
  /** Length of a step. */
  readonly rate: number;
  /** Length of a step of the shifts, relative to that of the maps. */
  readonly shiftRate: number;
}

/** Plain gradient descent from `still`; what it has reached after each number of steps. */
export function descend(
  parts: readonly RefinementPart[],
  still: Refinement,
  { steps, rate, shiftRate }: DescentOptions,
): Map<number, Refinement> {
  const reached = new Map<number, Refinement>();
  const current = structuredClone(still);
  const most = Math.max(...steps);
  for (let step = 0; step <= most; step++) {
    if (steps.includes(step)) reached.set(step, structuredClone(current));
    if (step === most) break;
    if (parts.length === 0) continue;
    const { gradient } = refinementLoss(parts, current);
    for (const side of ["query", "passage"] as const) {
      const { map, shift } = gradient[side];
      const at = current[side];
      for (let i = 0; i < map.data.length; i++) at.map.data[i] -= rate * map.data[i];
      for (let j = 0; j < shift.length; j++) at.shift[j] -= shiftRate * rate * shift[j];
    }
  }
  return reached;
}
