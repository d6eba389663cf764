import {
  fitAdapter,
  fitRca,
  identityAdapter,
  trainMatrix,
  type Adapter,
  type Decision,
  type FitAdapterOptions,
  type MethodName,
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
  /** Where it carries no threshold of its own, fitted out of fold, one is fitted on the training pairs as they are. */
  readonly adapter: Adapter;
  /** The verdict in words, where there is one. */
  readonly sentence?: string;
}

export type FitMethod = (context: FitContext) => Promise<Fitted>;

/** What the one call makes of the training side. */
function decide(
  { train, seed, signal }: FitContext,
  options: FitAdapterOptions = {},
): Promise<Decision> {
  return fitAdapter(train, { ...options, seed, signal });
}

/** The best of some candidates of the one call, used whatever the verdict. */
async function bestOf(context: FitContext, options?: FitAdapterOptions): Promise<Fitted> {
  const { best, sentence } = await decide(context, options);
  return { adapter: best.adapter, sentence };
}

function only(name: MethodName): FitMethod {
  return (context) => bestOf(context, { candidates: [name] });
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
    const start = fitRca(train, { lambda: 1, power: 0.25 });
    return trainMatrix(train, { ...retrievalPreset({ start }), seed, signal });
  },
  ridge: only("ridge"),
  rca: only("rca"),
  "blended-rca": only("blended-rca"),
  "query-rca": (context) => bestOf(context, { candidates: ["rca"], side: "query" }),
  "corpus-prior": only("corpus-prior"),
  "info-nce": only("info-nce"),
  "refined-rca": only("refined-rca"),
  "ridge-rca": only("ridge-rca"),
  whitening: only("whitening"),
  procrustes: only("procrustes"),
  discriminative: only("discriminative"),
  "rca-gradient": ({ train, seed, signal }) => {
    return trainMatrix(train, {
      start: fitRca(train, { lambda: 1, power: 0.25 }),
      loss: infoNce({ temperature: 0.05 }),
      optimizer: adam(),
      schedule: constant(3e-4),
      penalty: 1e-4,
      epochs: 3,
      seed,
      signal,
    });
  },
  // What the one call hands back: the identity unless the verdict is "use it".
  auto: (context) => decide(context),
  "auto-best": (context) => bestOf(context),
  "auto-best-query": (context) => bestOf(context, { side: "query" }),
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
function meanEigenvalue({ queries, passages, relevant }: VectorTask): number {
  const q = normalizeRows(queries);
  const p = normalizeRows(passages);
  const matches = relevant.flatMap((right, i) => right.map((row) => [i, row] as const));
  const { cols } = q;
  let total = 0;
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    let squares = 0;
    for (const [i, row] of matches) {
      const difference = q.data[i * cols + j] - p.data[row * cols + j];
      sum += difference;
      squares += difference * difference;
    }
    total += squares / matches.length - (sum / matches.length) ** 2;
  }
  return total / cols;
}
