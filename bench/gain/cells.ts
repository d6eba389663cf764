/**
 * The cells of the bench: each a pure function from a job to a result, both plain data, so that cells can run in any
 * order, in any process, and be kept in a file.
 */
import { createRandom } from "../../src/base/random.js";
import type { PairColumns } from "../../src/data/types.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { fitAdapter } from "../../src/tune/fit-adapter.js";
import type { Choice, Verdict } from "../../src/tune/verdict/decision.js";
import { readSet, type VectorSet } from "../sets.js";
import { fitPeers } from "./fixed-peers.js";
import { testFigures, type TestFigures } from "./test-figures.js";

/** Labels drawn from a set's training pairs; `draw` seeds the draw and the fit. */
export interface Sample {
  readonly set: string;
  readonly embedder: string;
  readonly labels: number | "all";
  readonly draw: number;
}

export type Job =
  /** The one call, and what it gives on the test pairs. */
  | ({ readonly kind: "fit" } & Sample)
  /** Methods with fixed settings on the same labels. */
  | ({ readonly kind: "peers" } & Sample)
  /** The one call on labels that are shuffled among the questions. */
  | ({ readonly kind: "shuffled" } & Sample)
  /** The one call on Gaussian vectors. */
  | { readonly kind: "gaussian"; readonly draw: number };

/** An adapter that a decision names, on the test pairs. */
export interface ChoiceResult extends TestFigures {
  readonly method: string;
  readonly side: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly expected: { readonly gain: number; readonly low: number; readonly high: number };
}

export interface FitResult {
  readonly verdict: Verdict;
  readonly claim: string | null;
  readonly sentence: string;
  readonly labelsNeeded: number | null;
  /** Seconds of `fitAdapter`. */
  readonly seconds: number;
  readonly untouched: TestFigures;
  readonly best: ChoiceResult;
  readonly bestQueryOnly: ChoiceResult;
  /** What `adapter` gives: the best where the verdict is "use it", else the untouched embedding. */
  readonly handed: TestFigures;
}

export interface PeersResult {
  readonly peers: Readonly<Record<string, TestFigures>>;
}

export interface NoiseResult {
  readonly verdict: Verdict;
  readonly method: string;
  readonly expected: { readonly gain: number; readonly low: number; readonly high: number };
  readonly seconds: number;
}

export interface ResultOf {
  readonly fit: FitResult;
  readonly peers: PeersResult;
  readonly shuffled: NoiseResult;
  readonly gaussian: NoiseResult;
}

/** Runs one cell. */
export async function runCell(job: Job): Promise<ResultOf[Job["kind"]]> {
  if (job.kind === "gaussian") return judgeNoise(gaussianData(job.draw), job.draw);
  const set = loadSet(job.set, job.embedder);
  const pairs = drawLabels(set.train, job.labels, job.draw);
  if (job.kind === "shuffled") {
    const passage = createRandom(`${job.draw}/shuffled`).shuffle(pairs.passage.slice());
    return judgeNoise({ ...set, pairs: { ...pairs, passage } }, job.draw);
  }
  return job.kind === "peers"
    ? measurePeers(set, pairs, job.draw)
    : measureFit(set, pairs, job.draw, job.labels === "all");
}

/** @param forms Judge forms too, which changes nothing about maps: where seconds are those of the call as it is made. */
async function measureFit(
  { queries, passages, test }: VectorSet,
  pairs: PairColumns,
  seed: number,
  forms: boolean,
): Promise<FitResult> {
  const began = performance.now();
  const decision = await fitAdapter({ queries, passages, pairs }, { seed, forms });
  const seconds = (performance.now() - began) / 1000;
  const measure = testFigures(queries, passages, test);
  const choice = async (given: Choice): Promise<ChoiceResult> => {
    const { adapter, method, side, parameters, expected } = given;
    return { ...{ method, side, parameters }, expected: expected!, ...(await measure(adapter)) };
  };
  const { verdict, claim, sentence, labelsNeeded } = decision;
  const best = await choice(decision.best);
  const bestQueryOnly = await choice(decision.bestQueryOnly);
  const untouched = await measure(null);
  const handed = verdict === "use it" ? await measure(decision.adapter) : untouched;
  return {
    ...{ verdict, claim, sentence, labelsNeeded, seconds, untouched, best, bestQueryOnly, handed },
  };
}

async function measurePeers(
  { queries, passages, test }: VectorSet,
  pairs: PairColumns,
  seed: number,
): Promise<PeersResult> {
  const measure = testFigures(queries, passages, test);
  const peers: Record<string, TestFigures> = {};
  for (const [name, sides] of await fitPeers({ queries, passages, pairs }, seed)) {
    peers[name] = await measure(sides);
  }
  return { peers };
}

async function judgeNoise(
  data: { readonly queries: Matrix; readonly passages: Matrix; readonly pairs: PairColumns },
  seed: number,
): Promise<NoiseResult> {
  const { queries, passages, pairs } = data;
  const began = performance.now();
  const { verdict, best } = await fitAdapter({ queries, passages, pairs }, { seed, forms: false });
  const seconds = (performance.now() - began) / 1000;
  return { verdict, method: best.method, expected: best.expected!, seconds };
}

/** Pairs of vectors that have nothing to do with each other. */
function gaussianData(draw: number): {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly pairs: PairColumns;
} {
  const [count, dimensions] = [120, 64];
  const random = createRandom(`${draw}/gaussian`);
  const vectors = (): Matrix => {
    const matrix = createMatrix(count, dimensions);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
    return matrix;
  };
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    queries: vectors(),
    passages: vectors(),
    pairs: { query: rows, passage: rows, label: new Uint8Array(count).fill(1) },
  };
}

/** Some pairs in seeded random order; a larger draw holds the smaller one of the same number. */
export function drawLabels(pairs: PairColumns, labels: number | "all", draw: number): PairColumns {
  if (labels === "all") return pairs;
  const order = createRandom(`${draw}/labels`).shuffle([...pairs.label.keys()]);
  const rows = order.slice(0, labels).sort((a, b) => a - b);
  return {
    query: Uint32Array.from(rows, (i) => pairs.query[i]),
    passage: Uint32Array.from(rows, (i) => pairs.passage[i]),
    label: new Uint8Array(rows.length).fill(1),
  };
}

let loaded: { readonly key: string; readonly set: VectorSet } | undefined;

/** The set; the one that was read last is kept. */
function loadSet(name: string, embedder: string): VectorSet {
  const key = `${name}/${embedder}`;
  if (loaded?.key !== key) loaded = { key, set: readSet(name, embedder) };
  return loaded.set;
}
