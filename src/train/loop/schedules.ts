import { checkNumber } from "../../base/checks.js";
import type { StepRates } from "../optimizers/optimizer.js";

/**
 * The rates of step `step` (from 0) of `total`. A pure function of the two, so that a resumed run goes on as if it had
 * never stopped.
 */
export type Schedule = (step: number, total: number) => StepRates;

export interface OneCycleOptions {
  /** Learning rate at the top. */
  readonly maxRate: number;
  /** Share of the steps that climb, in (0, 1). @default 0.3 */
  readonly warmUp?: number | undefined;
  /** The first rate is `maxRate / divFactor`. @default 25 */
  readonly divFactor?: number | undefined;
  /** The last rate is the first one divided by this. @default 1e4 */
  readonly finalDivFactor?: number | undefined;
  /**
   * Momentum at the ends and at the top of the cycle, or `null` to leave it to the optimiser. PyTorch's scheduler
   * cycles it by default, **also for an SGD that was created without momentum**.
   * @default [0.95, 0.85]
   */
  readonly momentum?: readonly [atEnds: number, atTop: number] | null | undefined;
}

const cosineBetween = (from: number, to: number, part: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));

/**
 * The 1cycle policy (Smith & Topin) with cosine annealing, value for value as PyTorch's `OneCycleLR`, advanced once per
 * step: up to `maxRate`, then down to nearly nothing, momentum the other way round.
 */
export function oneCycle({
  maxRate,
  warmUp = 0.3,
  divFactor = 25,
  finalDivFactor = 1e4,
  momentum = [0.95, 0.85],
}: OneCycleOptions): Schedule {
  checkNumber(maxRate, "oneCycle: maxRate", { above: 0 });
  checkNumber(warmUp, "oneCycle: warmUp", { above: 0, below: 1 });
  checkNumber(divFactor, "oneCycle: divFactor", { above: 0 });
  checkNumber(finalDivFactor, "oneCycle: finalDivFactor", { above: 0 });
  const first = maxRate / divFactor;
  const last = first / finalDivFactor;
  return (step, total) => {
    const top = warmUp * total - 1;
    const rising = step <= top;
    // PyTorch divides by the length of the phase; a phase without length is over at once.
    const length = rising ? top : total - 1 - top;
    const part = length > 0 ? (rising ? step : step - top) / length : 1;
    const learningRate = rising
      ? cosineBetween(first, maxRate, part)
      : cosineBetween(maxRate, last, part);
    if (momentum === null) return { learningRate };
    const [ends, atTop] = momentum;
    return {
      learningRate,
      momentum: rising ? cosineBetween(ends, atTop, part) : cosineBetween(atTop, ends, part),
    };
  };
}

/** The same rate at every step. */
export function constant(rate: number): Schedule {
  checkNumber(rate, "constant: rate", { above: 0 });
  return () => ({ learningRate: rate });
}

/** From `rate` down to `finalRate` (default 0) along half a cosine. */
export function cosineDecay(
  rate: number,
  { finalRate = 0 }: { /** @default 0 */ readonly finalRate?: number | undefined } = {},
): Schedule {
  checkNumber(rate, "cosineDecay: rate", { above: 0 });
  return (step, total) => ({
    learningRate: cosineBetween(rate, finalRate, total > 1 ? step / (total - 1) : 0),
  });
}

/** From `rate` down to `finalRate` (default rate / 100) by the same factor at every step. */
export function exponentialDecay(
  rate: number,
  { finalRate = rate / 100 }: { /** @default rate / 100 */ readonly finalRate?: number } = {},
): Schedule {
  checkNumber(rate, "exponentialDecay: rate", { above: 0 });
  checkNumber(finalRate, "exponentialDecay: finalRate", { above: 0 });
  return (step, total) => ({
    learningRate: rate * (finalRate / rate) ** (total > 1 ? step / (total - 1) : 0),
  });
}

/**
 * Climbs in a straight line to the schedule's first rate over the first `share` of the steps, then runs the schedule
 * over the rest.
 */
export function warmUp(
  schedule: Schedule,
  { share = 0.1 }: { readonly share?: number } = {},
): Schedule {
  checkNumber(share, "warmUp: share", { least: 0, below: 1 });
  return (step, total) => {
    const climb = Math.floor(share * total);
    if (step >= climb) return schedule(step - climb, total - climb);
    const first = schedule(0, total - climb);
    return { ...first, learningRate: (first.learningRate * (step + 1)) / climb };
  };
}
