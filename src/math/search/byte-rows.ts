import { CHUNK } from "../kernel/packing.js";
import type { Matrix } from "../matrix.js";
import { BLOCK_ROWS, createPanels, PANEL_ROWS, scanBlock, type Panels } from "./panels.js";
import type { ScanMemory } from "./scan-memory.js";

/** Greatest magnitude of a row's integers. */
const LEVELS = 127;
/** Of a query's, where a sum of as many products as there are columns stays below 2³¹. */
const QUERY_LEVELS = 32_767;
/** Beyond, sums in single precision may overflow, and no bound holds. */
const OVERFLOW = 2 ** 127;
/** Added and taken away again, it leaves no digit of a small number behind the point: quicker than Math.round. */
const ROUNDING = 1.5 * 2 ** 52;
/** Rounding of the bounds themselves, in double precision, and what a bound loses when it is kept in single precision. */
const MARGIN = 1 + 2 ** -20;
/** With more candidates than this share of the rows, computing every score is quicker: listed rows lie apart. */
const MOST_CANDIDATES = 1 / 8;

/** Rows rounded to 8-bit integers, and which of them may be among the best of a query. */
export interface ByteRows {
  readonly panels: Panels;
  write(vectors: Matrix, firstRow: number): void;
  clear(row: number): void;
  /**
   * Rows in ascending order, all of the `k` best among them; `undefined` where too few rows can be told apart to save time.
   *
   * The method: row x = s · a + e with integers a, query q = t · b + f with integers b. Then
   * |q · x - s t (a · b)| ≤ ‖q‖ ‖e‖ + ‖f‖ ‖s a‖ by Cauchy-Schwarz, and the score in single precision is off the inner
   * product by no more than γ ‖q‖ ‖x‖, γ = n u / (1 - n u) for n roundings of unit u (Higham, Accuracy and Stability of
   * Numerical Algorithms, section 3.1). So every score lies in an interval that is known from a · b, which is exact. `k` rows
   * reach the k-th greatest lower end; a row whose upper end is below it is not among the best.
   */
  candidates(
    query: Float32Array,
    k: number,
    rows: number,
    isRemoved: (row: number) => boolean,
  ): number[] | undefined;
}

export function createByteRows(memory: ScanMemory, cols: number): ByteRows {
  const pairs = Math.ceil(cols / 2);
  const panels = createPanels(memory, 4 * pairs, 2 * PANEL_ROWS * pairs);
  const { addressOf, out } = panels;
  const queryLevels = Math.min(QUERY_LEVELS, Math.floor((2 ** 31 - 1) / (LEVELS * cols)));
  // A multiplication, an addition within the chunk, the last rounding; across chunks sums are in double precision.
  const rounding = (Math.min(cols, CHUNK) + 2) * 2 ** -24 * 1.001;
  // Products below the normal numbers lose up to half the smallest of them.
  const underflow = (cols + 2) * 2 ** -149;
  /** Of every row s, ‖e‖ + γ ‖x‖ and ‖s a‖, the last two rounded up. */
  let scales = new Float32Array(0);
  let errors = new Float32Array(0);
  let lengths = new Float32Array(0);
  let longest = 0;

  const firstByteOf = (row: number): number =>
    addressOf(Math.floor(row / PANEL_ROWS)) + 2 * (row % PANEL_ROWS);

  const loadQuery = (query: Float32Array): RoundedQuery => {
    const { shorts } = memory.views;
    let greatest = 0;
    for (let j = 0; j < cols; j++) greatest = Math.max(greatest, Math.abs(query[j]));
    const step = queryLevels === 0 ? 0 : greatest / queryLevels;
    let [squares, lost] = [0, 0];
    for (let j = 0; j < cols; j++) {
      const level = step === 0 ? 0 : Math.round(query[j] / step);
      shorts[j] = level;
      squares += query[j] ** 2;
      lost += (query[j] - level * step) ** 2;
    }
    return { step, norm: Math.sqrt(squares) * MARGIN, error: Math.sqrt(lost) * MARGIN };
  };

  return {
    panels,
    write({ rows, data }, firstRow) {
      scales = grown(scales, firstRow + rows);
      errors = grown(errors, firstRow + rows);
      lengths = grown(lengths, firstRow + rows);
      const { bytes } = memory.views;
      for (let i = 0; i < rows; i++) {
        const start = i * cols;
        let greatest = 0;
        for (let j = 0; j < cols; j++) {
          const magnitude = Math.abs(data[start + j]);
          if (magnitude > greatest) greatest = magnitude;
        }
        const scale = Math.fround(greatest / LEVELS);
        const perUnit = scale === 0 ? 0 : 1 / scale;
        const first = firstByteOf(firstRow + i);
        let [squares, kept, lost] = [0, 0, 0];
        for (let j = 0; j < cols; j++) {
          const value = data[start + j];
          const level = clamp(value * perUnit + ROUNDING - ROUNDING);
          const rounded = level * scale;
          bytes[first + offsetOf(j)] = level;
          squares += value * value;
          kept += rounded * rounded;
          lost += (value - rounded) * (value - rounded);
        }
        const length = Math.sqrt(squares) * MARGIN;
        longest = Math.max(longest, length);
        scales[firstRow + i] = scale;
        errors[firstRow + i] = roundUp(Math.sqrt(lost) + rounding * length);
        lengths[firstRow + i] = roundUp(Math.sqrt(kept));
      }
    },
    clear(row) {
      const { bytes } = memory.views;
      const first = firstByteOf(row);
      for (let j = 0; j < cols; j++) bytes[first + offsetOf(j)] = 0;
      scales[row] = errors[row] = lengths[row] = 0;
    },
    candidates(query, k, rows, isRemoved) {
      const most = Math.floor(rows * MOST_CANDIDATES);
      if (k > most) return undefined;
      const { step, norm, error } = loadQuery(query);
      if (!(norm * longest < OVERFLOW)) return undefined;
      const [scaleOf, errorOf, lengthOf] = [scales, errors, lengths]; // what a closure holds is read anew every time
      const lowerEnds = new Float64Array(k).fill(-Infinity); // the k greatest, descending
      let threshold = -Infinity;
      let found: number[] = [];
      let upperEnds: number[] = [];
      const dropBelowThreshold = (): void => {
        found = found.filter((_, i) => !(upperEnds[i] < threshold)); // a NaN, of 0 · ∞, stays
        upperEnds = upperEnds.filter((end) => !(end < threshold));
      };
      for (let first = 0; first < rows; first += BLOCK_ROWS) {
        const count = scanBlock(panels, memory.bytePanels, pairs, first, rows);
        const products = memory.views.ints.subarray(out / 4, out / 4 + count);
        for (let i = 0; i < count; i++) {
          const row = first + i;
          const middle = products[i] * scaleOf[row] * step;
          const radius = norm * errorOf[row] + error * lengthOf[row] + underflow;
          const upper = middle + radius;
          if (upper < threshold || isRemoved(row)) continue;
          found.push(row);
          upperEnds.push(upper);
          const lower = middle - radius;
          if (lower > threshold) {
            insert(lowerEnds, lower);
            threshold = lowerEnds[k - 1];
          }
        }
        // The threshold rises as rows come, so of the early ones most can go; where few can, few ever will.
        if (found.length > most) {
          dropBelowThreshold();
          if (found.length > most / 2) return undefined;
        }
      }
      dropBelowThreshold();
      return found;
    },
  };
}

interface RoundedQuery {
  /** t, the value of one level. */
  readonly step: number;
  /** ‖q‖, not below. */
  readonly norm: number;
  /** ‖f‖, not below. */
  readonly error: number;
}

/** Where column `j` lies, from the row's first byte on. */
function offsetOf(j: number): number {
  return (j >> 1) * 2 * PANEL_ROWS + (j & 1);
}

function clamp(level: number): number {
  if (level > LEVELS) return LEVELS;
  return level < -LEVELS ? -LEVELS : level;
}

/** A number of single precision that is not below `x`. */
function roundUp(x: number): number {
  return Math.fround(x * MARGIN + 2 ** -149);
}

/** Puts a value in its place in a descending list, in the last one's stead. */
function insert(list: Float64Array, value: number): void {
  let at = list.length - 1;
  for (; at > 0 && list[at - 1] < value; at--) list[at] = list[at - 1];
  list[at] = value;
}

/** The list, at least `length` long, with room to grow. */
function grown(list: Float32Array, length: number): Float32Array<ArrayBuffer> {
  if (length <= list.length) return list as Float32Array<ArrayBuffer>;
  const result = new Float32Array(Math.max(length, Math.ceil(list.length * 1.5)));
  result.set(list);
  return result;
}
