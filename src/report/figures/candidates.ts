import type { Decision, DecisionRow } from "../../tune/verdict/decision.js";

const kindOf = ({ method, side }: Pick<DecisionRow, "method" | "side">): string =>
  `${method}\t${side}`;

/** Per method and side the row with the highest figure, highest first. */
export function bestOfEachKind(table: readonly DecisionRow[]): DecisionRow[] {
  const best = new Map<string, DecisionRow>();
  for (const row of table) {
    if (row.figure === null) continue;
    const known = best.get(kindOf(row));
    if (known === undefined || row.figure > known.figure!) best.set(kindOf(row), row);
  }
  return [...best.values()].sort((a, b) => b.figure! - a.figure!);
}

/** The grid that the best was chosen from: every row of its method and side that was measured. */
export function gridOfBest({ table, best }: Pick<Decision, "table" | "best">): DecisionRow[] {
  return table.filter((row) => kindOf(row) === kindOf(best) && row.figure !== null);
}

/** States of one training run, by growing number of epochs. */
export interface TrainingRun {
  readonly states: readonly DecisionRow[];
  /** Whether the best is one of them. */
  readonly ofBest: boolean;
}

/** The runs that the best's grid is made of, its own last, so that it is drawn above; none where it was not trained. */
export function trainingRuns(grid: readonly DecisionRow[], best: Decision["best"]): TrainingRun[] {
  const runs = new Map<string, DecisionRow[]>();
  for (const row of grid) {
    const { epoch, ...settings } = row.parameters;
    if (epoch === undefined) return [];
    const key = JSON.stringify(settings);
    runs.set(key, [...(runs.get(key) ?? []), row]);
  }
  return [...runs.values()]
    .map((states) => ({
      states: states.sort((a, b) => a.parameters["epoch"] - b.parameters["epoch"]),
      ofBest: states.some((row) => isBest(row, best)),
    }))
    .sort((a, b) => Number(a.ofBest) - Number(b.ofBest));
}

/** Whether a row is the best itself. */
export function isBest(row: DecisionRow, best: Decision["best"]): boolean {
  return kindOf(row) === kindOf(best) && sameParameters(row.parameters, best.parameters);
}

function sameParameters(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
