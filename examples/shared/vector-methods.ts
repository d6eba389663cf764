import {
  chooseRca,
  fitAdapter,
  fitRca,
  identityAdapter,
  trainMatrix,
  type Adapter,
  type CandidateName,
} from "embedtune";
import { normalizeRows } from "embedtune/math";
import {
  adam,
  constant,
  cookbookPreset,
  infoNce,
  notebookPreset,
  retrievalPreset,
} from "embedtune/train";
import type { VectorTask } from "./vector-task.js";

export interface FitContext {
  readonly train: VectorTask;
  readonly seed: string;
  readonly signal: AbortSignal;
}

export interface Fitted {
  readonly adapter: Adapter;
  /** Fitted on held-out training pairs; without it, the threshold is fitted on the training pairs as they are. */
  readonly threshold?: number | null;
}

export type FitMethod = (context: FitContext) => Promise<Fitted>;

/** One candidate of the one call, used whatever the verdict. */
function only(name: CandidateName): FitMethod {
  return ({ train, seed, signal }) =>
    fitAdapter(train, { candidates: [name], level: 0.5, timeBudget: Infinity, seed, signal });
}

/** What `--methods` can name. Each sees the training rows alone. */
const methods: Record<string, FitMethod> = {
  none: async ({ train }) => ({ adapter: identityAdapter(train.queries.cols) }),
  notebook: ({ train, seed, signal }) => trainMatrix(train, { ...notebookPreset, seed, signal }),
  cookbook: ({ train, seed, signal }) => trainMatrix(train, { ...cookbookPreset, seed, signal }),
  // The published linear adapter: query side, InfoNCE with hard negatives, identity start, pulled toward it.
  "linear-adapter": ({ train, seed, signal }) =>
    trainMatrix(train, {
      sides: "query",
      start: "identity",
      loss: infoNce({ temperature: 0.05 }),
      optimizer: adam(),
      schedule: constant(1e-3),
      penalty: 1e-3,
      epochs: 10,
      seed,
      signal,
    }),
  retrieval: async ({ train, seed, signal }) => {
    const { adapter: start } = await chooseRca(train, { signal });
    return trainMatrix(train, { ...retrievalPreset({ start }), seed, signal });
  },
  ridge: ({ train, seed, signal }) =>
    fitAdapter(train, {
      side: "query",
      candidates: ["ridge"],
      level: 0.5,
      timeBudget: Infinity,
      seed,
      signal,
    }),
  rca: ({ train, seed, signal }) => chooseRca(train, { seed, signal }),
  "rca-blends": ({ train, seed, signal }) => chooseRca(train, { blends: [0, 1], seed, signal }),
  "query-rca": ({ train, seed, signal }) => chooseRca(train, { side: "query", seed, signal }),
  "refined-rca": only("refined-rca"),
  "ridge-rca": only("ridge-rca"),
  whitening: only("whitening"),
  procrustes: only("procrustes"),
  discriminative: only("discriminative"),
  "rca-gradient": async ({ train, seed, signal }) => {
    const { adapter } = await chooseRca(train, { seed, signal });
    return trainMatrix(train, {
      start: adapter,
      loss: infoNce({ temperature: 0.05 }),
      optimizer: adam(),
      schedule: constant(3e-4),
      penalty: 1e-4,
      epochs: 3,
      seed,
      signal,
    });
  },
  // Without a time budget, so that a slower machine prints the same figures.
  auto: ({ train, seed, signal }) => fitAdapter(train, { timeBudget: Infinity, seed, signal }),
  "auto-recall": ({ train, seed, signal }) =>
    fitAdapter(train, { metric: "recall@1", timeBudget: Infinity, seed, signal }),
  "auto-query": ({ train, seed, signal }) =>
    fitAdapter(train, { side: "query", timeBudget: Infinity, seed, signal }),
};

/** What runs when the caller names nothing. */
export const defaultMethods = ["none", "notebook", "rca", "query-rca", "ridge", "auto"];

/**
 * The method of a name. `rca:LAMBDA:POWER` and `query-rca:LAMBDA:POWER` are RCA at one point, λ as an eigenvalue of the
 * covariance of differences between unit vectors.
 */
export function methodOf(name: string): FitMethod {
  if (Object.hasOwn(methods, name)) return methods[name];
  const [, family, lambda, power] = /^(rca|query-rca):([^:]+):([^:]+)$/.exec(name) ?? [];
  if (family !== undefined) {
    return async ({ train }) => ({
      adapter: fitRca(train, {
        side: family === "rca" ? "both" : "query",
        lambda: Number(lambda) / meanEigenvalue(train),
        power: Number(power),
      }),
    });
  }
  throw new Error(
    `--methods must be some of ${Object.keys(methods).join(", ")}, rca:LAMBDA:POWER, query-rca:LAMBDA:POWER, received "${name}"`,
  );
}

/** Mean eigenvalue of the covariance of differences between matching unit vectors: its trace by its size. */
function meanEigenvalue({ queries, passages, answers }: VectorTask): number {
  const q = normalizeRows(queries);
  const p = normalizeRows(passages);
  const { rows, cols } = q;
  let total = 0;
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) {
      const difference = q.data[i * cols + j] - p.data[answers[i] * cols + j];
      sum += difference;
      squares += difference * difference;
    }
    total += squares / rows - (sum / rows) ** 2;
  }
  return total / cols;
}
