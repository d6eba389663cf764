import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { intern } from "../../base/intern.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { gatherRows, identityMatrix, type Matrix } from "../../math/matrix.js";
import { trainMatrix } from "../../train/matrix-trainer.js";
import { infoNce } from "../../train/losses/info-nce.js";
import { adam } from "../../train/optimizers/adam.js";
import { constant } from "../../train/loop/schedules.js";
import type { CandidateFamily, Sides } from "./candidate.js";
import { fittedSides } from "./fitted-sides.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";

/** Where a run starts: a map per side, and which of them is trained. */
export interface InfoNceStart {
  readonly name: string;
  readonly trained: "both" | "query";
  /** "query" where passages stay untouched. */
  readonly side: "both" | "query";
  /** The maps that the run starts from. */
  sides(positives: IndexPairs): Sides;
}

export interface InfoNceFamilyOptions {
  readonly start: InfoNceStart;
  readonly rate: number;
  /** Snapshots of one run; each is a candidate. */
  readonly epochs: readonly number[];
  readonly seed: string | number;
}

/** In the softmax all passages where they are at most so many, in batch otherwise. */
const allPassages = 300;
/** Pairs of a step. */
export const batchSize = 256;
const temperature = 0.05;

/**
 * InfoNCE by Adam at a constant rate, from a start that is given; the states after some numbers of epochs are the
 * candidates. Where a start centres its side, the centre stays as it is.
 */
export function infoNceFamily(
  { queries, passages }: LabelledCorpus,
  { start, rate, epochs, seed }: InfoNceFamilyOptions,
): CandidateFamily {
  const d = queries.cols;
  return {
    name: `info-nce from ${start.name}, ${start.trained === "both" ? "both sides" : "queries"} trained, rate ${rate}`,
    kind: "trained",
    candidates: epochs.map((epoch) => ({
      method: `info-nce from ${start.name}`,
      side: start.side,
      parameters: { trainedSides: start.trained === "both" ? 2 : 1, rate, epoch },
    })),
    cost(pairs, wanted) {
      const most = Math.max(0, ...wanted.map((at) => epochs[at]));
      const rows = passages.rows <= allPassages ? passages.rows : batchSize;
      const perStep = 2 * d * d * (batchSize + rows) + 3 * d * batchSize * rows;
      return most * Math.ceil(pairs / batchSize) * perStep;
    },
    async fit({ positives }, wanted, { signal }) {
      const from = start.sides(positives);
      const snapshots = new Map<number, Sides>();
      const last = Math.max(...wanted.map((at) => epochs[at]));
      const all = passages.rows <= allPassages;
      const queryRows = intern(positives.query);
      const passageRows = all ? null : intern(positives.passage);
      // Cosines do not see the length of a centred row, so rows can be centred before the trainer scales them to 1.
      const queryTable = centered(gatherRows(queries, queryRows.distinct), from.query);
      const named = passageRows === null ? passages : gatherRows(passages, passageRows.distinct);
      const passageTable =
        start.trained === "both" ? centered(named, from.passage) : applySide(from.passage, named);
      if (hasZeroRow(queryTable) || hasZeroRow(passageTable)) return fittedSides(() => from);
      const pairs = {
        query: queryRows.indices,
        passage: passageRows?.indices ?? positives.passage,
        label: new Uint8Array(positives.query.length).fill(1),
      };
      await trainMatrix(
        { queries: queryTable, passages: passageTable, pairs },
        {
          sides: start.trained === "both" ? "separate" : "query",
          start: {
            inputDimensions: d,
            outputDimensions: d,
            query: { center: null, weights: startWeights(from.query, d) },
            passage: {
              center: null,
              weights: start.trained === "both" ? startWeights(from.passage, d) : null,
            },
            metadata: { embedder: null, method: start.name },
          },
          bias: false,
          loss: infoNce({ temperature }),
          optimizer: adam(),
          schedule: constant(rate),
          batchPassages: all ? "all" : "paired",
          ...{ batchSize, epochs: last, seed, signal },
          onEpoch({ epoch }, { adapter }) {
            const at = epochs.indexOf(epoch);
            if (at < 0 || !wanted.includes(at)) return;
            snapshots.set(at, {
              query: { center: from.query.center, weights: adapter.query.weights },
              passage:
                start.trained === "both"
                  ? { center: from.passage.center, weights: adapter.passage.weights }
                  : from.passage,
            });
          },
        },
      );
      signal?.throwIfAborted();
      return fittedSides((at) => snapshots.get(at)!);
    },
  };
}

/** The map as a matrix of the identity's mean square: the rate of an optimiser means the same wherever it starts. */
function startWeights(side: AdapterSide, d: number): Matrix {
  const map = applySide({ ...side, center: null }, identityMatrix(d));
  let square = 0;
  for (const value of map.data) square += value * value;
  const scale = Math.sqrt(d / square);
  return { ...map, data: map.data.map((value) => value * scale) };
}

function centered(rows: Matrix, { center }: AdapterSide): Matrix {
  return center === null ? rows : subtractFromRows(rows, center);
}

/** A row at the center (that of a single text, say) has no direction to learn from. */
function hasZeroRow({ rows, cols, data }: Matrix): boolean {
  for (let i = 0; i < rows; i++) {
    if (data.subarray(i * cols, (i + 1) * cols).every((value) => value === 0)) return true;
  }
  return false;
}
