import { checkChoice, checkInteger, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { createRandom, type Random } from "../base/random.js";
import { DivergenceError } from "./loop/divergence-error.js";
import type { TrainingMetric } from "./loop/history.js";
import { trainMatrix, type TrainedMatrix } from "./matrix-trainer.js";
import type { TrainingData } from "./training-data.js";
import type { TrainMatrixOptions } from "./training-options.js";

/** A range to draw from at random. */
export interface SearchRange {
  readonly min: number;
  readonly max: number;
  /** `"log"` draws evenly in the logarithm: right for rates, penalties, temperatures. @default "linear" */
  readonly scale?: "linear" | "log" | undefined;
  /** Round to a whole number. @default false */
  readonly integer?: boolean | undefined;
}

/** What is searched: per name a list of values of any kind, or (in a random search) a range. */
export type SearchSpace = Readonly<Record<string, readonly unknown[] | SearchRange>>;

/** One point of a space. */
export type SearchChoice<Space extends SearchSpace> = {
  readonly [Name in keyof Space]: Space[Name] extends readonly (infer Value)[] ? Value : number;
};

export interface HyperparameterSearchOptions<Space extends SearchSpace> extends LongJobOptions {
  readonly space: Space;
  /** The options of the run that a choice stands for. */
  readonly configure: (choice: SearchChoice<Space>) => TrainMatrixOptions;
  /** Every combination of the lists, or random points. @default "grid" */
  readonly strategy?: "grid" | "random" | undefined;
  /** Points of a random search. @default 20 */
  readonly trials?: number | undefined;
  /**
   * What chooses the best trial (and, in each, the best epoch) on the validation pairs. Losses of different kinds
   * cannot be compared, so `"loss"` suits a search with one loss alone.
   * @default "mrr"
   */
  readonly metric?: TrainingMetric | undefined;
  /** Seed of the points, and of every run whose options name none. @default 1 */
  readonly seed?: string | number | undefined;
  /** Called after each trial. */
  readonly onTrial?: ((trial: SearchTrial<Space>) => void) | undefined;
}

/** One run of a search. */
export interface SearchTrial<Space extends SearchSpace> {
  readonly choice: SearchChoice<Space>;
  /** Its best epoch's figure; `null` when it diverged. */
  readonly figure: number | null;
  /** 0 when the untouched embedding was better than every epoch. */
  readonly bestEpoch: number;
  /** Why it has no figure. */
  readonly error?: string;
}

export interface SearchResult<Space extends SearchSpace> {
  /** What the best trial trained. */
  readonly trained: TrainedMatrix;
  readonly best: SearchTrial<Space>;
  /** All trials, in the order they ran. */
  readonly trials: readonly SearchTrial<Space>[];
}

/**
 * Trains once per point of a space and keeps the run that does best on the validation pairs; of equals, the first. A
 * run that diverges is a trial without a figure. The figure of the best trial is the best of many and so flatters:
 * measure the adapter on test pairs.
 *
 * When the signal aborts, the best trial so far is returned; before the first trial ends, it rejects.
 *
 * @throws RangeError without validation pairs, for an empty space, or when every trial diverged.
 */
export async function searchHyperparameters<const Space extends SearchSpace>(
  data: TrainingData,
  {
    space,
    configure,
    strategy = "grid",
    trials: count = 20,
    metric = "mrr",
    seed = 1,
    signal,
    onProgress,
    onTrial,
  }: HyperparameterSearchOptions<Space>,
): Promise<SearchResult<Space>> {
  signal?.throwIfAborted();
  if (data.validation === undefined) {
    refuse("searchHyperparameters: data.validation", "pairs to choose by", undefined);
  }
  checkChoice(strategy, "searchHyperparameters: strategy", ["grid", "random"]);
  const choices = strategy === "grid" ? gridOf(space) : randomPoints(space, count, seed);
  const trials: SearchTrial<Space>[] = [];
  let best: { trained: TrainedMatrix; trial: SearchTrial<Space>; goodness: number } | undefined;
  for (const choice of choices) {
    if (signal?.aborted) break;
    onProgress?.({ stage: "search", done: trials.length, total: choices.length });
    let trial: SearchTrial<Space>;
    try {
      const options = { seed, ...configure(choice), metric, signal };
      const trained = await trainMatrix(data, options);
      // A run that was cut short would be compared unfairly; it counts only where nothing else was finished.
      if (trained.ended === "aborted" && best !== undefined) break;
      const figure = figureOf(trained, metric);
      trial = { choice, figure, bestEpoch: trained.bestEpoch };
      const goodness = figure === null ? -Infinity : metric === "loss" ? -figure : figure;
      if (best === undefined || goodness > best.goodness) best = { trained, trial, goodness };
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      trial = { choice, figure: null, bestEpoch: 0, error: error.message };
    }
    trials.push(trial);
    onTrial?.(trial);
  }
  onProgress?.({ stage: "search", done: trials.length, total: choices.length });
  if (best === undefined) {
    signal?.throwIfAborted();
    throw new RangeError(
      `searchHyperparameters: every one of the ${trials.length} trials diverged, the last: ${String(trials.at(-1)?.error)}`,
    );
  }
  return { trained: best.trained, best: best.trial, trials };
}

function figureOf(
  { bestEpoch, history, untouched }: TrainedMatrix,
  metric: TrainingMetric,
): number | null {
  const figures = bestEpoch === 0 ? untouched : history[bestEpoch - 1].validationMetrics;
  return figures?.[metric] ?? null;
}

const isRange = (values: readonly unknown[] | SearchRange): values is SearchRange =>
  !Array.isArray(values);

function gridOf<Space extends SearchSpace>(space: Space): SearchChoice<Space>[] {
  let points: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(space)) {
    if (isRange(values)) {
      refuse(
        `searchHyperparameters: space.${name}`,
        'a list of values (a range needs strategy "random")',
        values,
      );
    }
    checkValues(name, values);
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as SearchChoice<Space>[];
}

function randomPoints<Space extends SearchSpace>(
  space: Space,
  count: number,
  seed: string | number,
): SearchChoice<Space>[] {
  checkInteger(count, "searchHyperparameters: trials", { least: 1 });
  const random = createRandom(`${seed}/search`);
  return Array.from({ length: count }, () => {
    const point: Record<string, unknown> = {};
    for (const [name, values] of Object.entries(space)) {
      if (isRange(values)) point[name] = drawFrom(name, values, random);
      else {
        checkValues(name, values);
        point[name] = values[random.integer(values.length)];
      }
    }
    return point as SearchChoice<Space>;
  });
}

function drawFrom(
  name: string,
  { min, max, scale = "linear", integer = false }: SearchRange,
  random: Random,
): number {
  if (!(min <= max) || (scale === "log" && !(min > 0))) {
    throw new RangeError(
      `searchHyperparameters: space.${name} must have min <= max${scale === "log" ? " and min > 0" : ""}, received ${min} to ${max}`,
    );
  }
  const u = random.next();
  const value = scale === "log" ? min * (max / min) ** u : min + (max - min) * u;
  return integer ? Math.round(value) : value;
}

function checkValues(name: string, values: readonly unknown[]): void {
  if (values.length === 0) {
    refuse(`searchHyperparameters: space.${name}`, "a list of at least one value", values);
  }
}
