import { applySide } from "../adapter/apply.js";
import type { Adapter } from "../adapter/adapter.js";
import { fitThreshold } from "../evaluate/threshold.js";
import type { Loss } from "./losses/loss.js";
import { scorePairs } from "./losses/pair-scores.js";
import type { TrainingPairs } from "./closed-form/training-pairs.js";

/** Figures of one set of pairs under one adapter, dropout off. */
export interface PairFigures {
  readonly loss: number;
  /** Share of pairs on the right side of the best threshold **of this very set**: to compare epochs, not to report. */
  readonly accuracy: number;
}

/** Measures an adapter on pairs whose rows already have length 1; unique rows are transformed once. */
export function measurePairs(adapter: Adapter, unit: TrainingPairs, loss: Loss): PairFigures {
  const batch = {
    queries: applySide(adapter.query, unit.queries),
    passages: applySide(adapter.passage, unit.passages),
    pairs: unit.pairs,
  };
  const { cosines } = scorePairs(batch);
  return {
    loss: loss.evaluate(batch),
    accuracy: fitThreshold(cosines, unit.pairs.label).value,
  };
}
