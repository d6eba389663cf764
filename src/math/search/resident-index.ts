import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import { checkMatrix, checkSameDimensions, type Matrix } from "../matrix.js";
import { select, type TopK } from "../top-k.js";
import { createByteRows, type ByteRows } from "./byte-rows.js";
import { createFloatRows, type FloatRows } from "./float-rows.js";
import { BLOCK_ROWS, type Panels } from "./panels.js";
import { createScanMemory, type ScanMemory } from "./scan-memory.js";

export interface ResidentIndexOptions {
  /**
   * `"int8"` keeps every row a second time, rounded to 8-bit integers, and computes exactly only the scores that may be among
   * the best, by a bound that is proven for every row: a quarter more memory, several times faster, the same result.
   * @default "int8"
   */
  readonly preselect?: "int8" | "none";
}

/** The best rows of one query. */
export interface ResidentTopK extends TopK {
  /** Rows whose exact score was computed: all of them where preselection is off or could not tell rows apart. */
  readonly rescored: number;
}

/** Rows that stay in memory to be searched by one query at a time, on one thread. Synchronous. */
export interface ResidentIndex {
  /** Rows ever given, removed ones included: the number that the next one gets. */
  readonly rows: number;
  readonly cols: number;
  /**
   * The `k` rows of the greatest inner product with the query (the cosine, when both have length 1), best first, equal scores
   * by the lower row: the rows and the bits that `topK` gives. -1 and -Infinity where there are fewer rows than `k`.
   *
   * @param query As many values as the index has columns.
   * @param k At least 1; may exceed the rows.
   * @throws RangeError when the query has another length or a value that is not finite, or a score is not finite.
   */
  search(query: Float32Array, k: number): ResidentTopK;
  /**
   * The inner products of the query with some rows, in their order: the bits that {@link search} gives them.
   *
   * @throws RangeError as {@link search}; when a row is not there or was removed.
   */
  scores(query: Float32Array, rows: ArrayLike<number>): Float32Array;
  /**
   * Copies more rows in.
   *
   * @returns The number of the first.
   * @throws RangeError when the dimensions differ, a value is not finite, or memory does not hold them; none is then added.
   */
  append(vectors: Matrix): number;
  /**
   * Forgets rows: their values are overwritten and they are never found again. Numbers of other rows stay, and so does the
   * memory, until the index is made anew. Removing a row twice is no error.
   *
   * @throws RangeError naming the first that is no row; none is then removed.
   */
  remove(rows: ArrayLike<number>): void;
  /** Frees the memory. Every later call but this one is refused. */
  close(): void;
}

/**
 * Copies vectors to where one query at a time is compared with all of them quickest: memory of WebAssembly of the index's own, so
 * that a search copies one vector only. Without WebAssembly SIMD, plain JavaScript gives the same result.
 *
 * @param vectors n × d, n from 0; a row of zeros is a row of score 0. Later rows come by `append`.
 * @throws RangeError when a value is not finite or memory does not hold the rows: 4 GiB for the floats, 4 more for the integers.
 */
export function createResidentIndex(
  vectors: Matrix,
  options: ResidentIndexOptions = {},
): ResidentIndex {
  return residentIndexIn(createScanMemory, vectors, options);
}

/** {@link createResidentIndex} in given memory. */
export function residentIndexIn(
  createMemory: () => ScanMemory,
  vectors: Matrix,
  { preselect = "int8" }: ResidentIndexOptions = {},
): ResidentIndex {
  checkMatrix(vectors, "createResidentIndex: vectors");
  checkChoice(preselect, "createResidentIndex: preselect", ["int8", "none"]);
  const { cols } = vectors;
  checkInteger(cols, "createResidentIndex: vectors.cols", { least: 1 });
  let open: Store | undefined = {
    floats: createFloatRows(createMemory(), cols),
    bytes: preselect === "int8" ? createByteRows(createMemory(), cols) : undefined,
    removed: new Uint8Array(0),
  };
  let rows = 0;

  const store = (caller: string): Store => {
    if (open === undefined)
      throw new RangeError(`${caller}: the index must be open, received a closed one`);
    return open;
  };

  const add = (added: Matrix, place: string): number => {
    const { floats, bytes, removed } = store(place);
    const total = rows + added.rows;
    reserve([floats.panels, ...(bytes === undefined ? [] : [bytes.panels])], total, cols, place);
    if (total > removed.length) {
      const longer = new Uint8Array(Math.max(total, Math.ceil(removed.length * 1.5)));
      longer.set(removed);
      open = { floats, bytes, removed: longer };
    }
    floats.write(added, rows);
    bytes?.write(added, rows);
    const first = rows;
    rows = total;
    return first;
  };

  const load = (floats: FloatRows, query: Float32Array, place: string): Float32Array => {
    if (query.length !== cols) {
      throw new RangeError(`${place} must have ${cols} values, received ${query.length}`);
    }
    return floats.load(query, place);
  };

  add(vectors, "createResidentIndex: vectors");
  return {
    get rows() {
      return rows;
    },
    cols,
    search(query, k) {
      const { floats, bytes, removed } = store("search");
      checkInteger(k, "search: k", { least: 1 });
      const loaded = load(floats, query, "search: query");
      const indices = new Int32Array(k).fill(-1);
      const scores = new Float32Array(k).fill(-Infinity);
      const isRemoved = (row: number): boolean => removed[row] === 1;
      const candidates = bytes?.candidates(loaded, k, rows, isRemoved);
      if (candidates !== undefined) {
        // In ascending order, so that places in the list are in the order of rows.
        select(floats.scores(candidates), 0, 0, k, indices, scores, undefined);
        for (let i = 0; i < k && indices[i] >= 0; i++) indices[i] = candidates[indices[i]];
        return { indices, scores, rescored: candidates.length };
      }
      const exclude = (_: number, row: number): boolean => isRemoved(row);
      for (let first = 0; first < rows; first += BLOCK_ROWS) {
        const block = floats.block(first, rows);
        const wrong = select(block, 0, first, k, indices, scores, exclude);
        if (wrong !== undefined) refuseScore("search", wrong, block[wrong - first]);
      }
      return { indices, scores, rescored: rows };
    },
    scores(query, wanted) {
      const { floats, removed } = store("scores");
      load(floats, query, "scores: query");
      checkRows(wanted, rows, "scores: rows", removed);
      const result = floats.scores(wanted);
      for (let i = 0; i < result.length; i++) {
        if (!Number.isFinite(result[i])) refuseScore("scores", wanted[i], result[i]);
      }
      return result;
    },
    append(added) {
      store("append");
      checkMatrix(added, "append: vectors");
      checkSameDimensions(added, "append: vectors", { cols }, "the index");
      return add(added, "append: vectors");
    },
    remove(gone) {
      const { floats, bytes, removed } = store("remove");
      checkRows(gone, rows, "remove: rows");
      for (let i = 0; i < gone.length; i++) {
        removed[gone[i]] = 1;
        floats.clear(gone[i]);
        bytes?.clear(gone[i]);
      }
    },
    close() {
      open = undefined;
    },
  };
}

interface Store {
  readonly floats: FloatRows;
  readonly bytes: ByteRows | undefined;
  /** 1 for a removed row. */
  readonly removed: Uint8Array;
}

/** Makes room in all memories before anything is written to one. */
function reserve(all: readonly Panels[], rows: number, cols: number, place: string): void {
  const most = Math.min(...all.map(({ mostRows }) => mostRows));
  if (rows > most || most === 0) {
    const expectation = `at most ${most} rows of ${cols} dimensions in all, as many as memory can hold`;
    refuse(place, expectation, rows);
  }
  try {
    for (const panels of all) panels.reserve(rows);
  } catch (cause) {
    const shape = `${rows} rows of ${cols} dimensions`;
    throw new RangeError(`${place}: memory for ${shape} could not be reserved`, { cause });
  }
}

function checkRows(
  indices: ArrayLike<number>,
  rows: number,
  place: string,
  removed?: Uint8Array,
): void {
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i];
    if (!Number.isInteger(row) || row < 0 || row >= rows) {
      refuse(`${place}[${i}]`, `an integer >= 0 and < ${rows}`, row);
    }
    if (removed?.[row] === 1) refuse(`${place}[${i}]`, "a row that was not removed", row);
  }
}

function refuseScore(caller: string, row: number, score: number): never {
  refuse(`${caller}: the score of row ${row}`, "a finite number", score);
}
