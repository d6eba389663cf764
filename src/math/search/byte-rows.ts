import { CHUNK } from "../kernel/packing.js";
import type { Matrix } from "../matrix.js";
import { BLOCK_ROWS, createPanels, PANEL_ROWS, type Panels } from "./panels.js";
import type { ScanMemory } from "./scan-memory.js";

/** Greatest magnitude of a row's integers. */
const LEVELS = 127;
/** Of a query's, where a sum of as many products as there are columns stays below 2³¹. */
const QUERY_LEVELS = 32_767;
/** Added and taken away again, it leaves no digit of a small number behind the point: quicker than Math.round. */
const ROUNDING = 1.5 * 2 ** 52;
/** Beyond, sums in single precision may overflow, and no bound holds; with room to spare for the upper ends. */
const MOST_SCORE = 2 ** 126;
const MOST_END = 2 ** 120;
/** 16 roundings in single precision: more than what computes an upper end, or keeps what it is computed from, makes. */
const MARGIN = 2 ** -20;
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
   * reach the k-th greatest lower end; a row whose upper end is below it is not among the best. All in units of t.
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
  // A query is followed by its factors; a panel's integers by its rows' s, ‖e‖ + γ ‖x‖ and ‖s a‖, four of each.
  const panels = createPanels(memory, {
    ...{ queryBytes: 4 * pairs + 12, panelBytes: 2 * PANEL_ROWS * pairs + 12 * PANEL_ROWS },
    outBytes: 2 * 4 * BLOCK_ROWS, // upper ends, then numbers of rows
  });
  const { addressOf, out } = panels;
  const list = out + 4 * BLOCK_ROWS;
  const queryLevels = Math.min(QUERY_LEVELS, Math.floor((2 ** 31 - 1) / (LEVELS * cols)));
  // A multiplication, an addition within the chunk, the last rounding; across chunks sums are in double precision.
  const gamma = (Math.min(cols, CHUNK) + 2) * 2 ** -24 * 1.001;
  // Products below the normal numbers lose up to half the smallest of them.
  const underflow = (cols + 2) * 2 ** -149;
  let longest = 0;

  const firstByteOf = (row: number): number =>
    addressOf(Math.floor(row / PANEL_ROWS)) + 2 * (row % PANEL_ROWS);
  /** Where among the floats a row's scale lies; its error is {@link PANEL_ROWS} further, its length twice that. */
  const scaleOf = (row: number): number =>
    addressOf(Math.floor(row / PANEL_ROWS)) / 4 + 2 * pairs + (row % PANEL_ROWS);

  /** Writes b, then what upper ends are computed with; `undefined` where they would tell nothing. */
  const loadQuery = (query: Float32Array): QueryFactors | undefined => {
    const { shorts, floats } = memory.views;
    let greatest = 0;
    for (let j = 0; j < cols; j++) greatest = Math.max(greatest, Math.abs(query[j]));
    const step = queryLevels === 0 ? 0 : greatest / queryLevels;
    if (step === 0) return undefined;
    let squares = 0;
    let lost = 0;
    for (let j = 0; j < cols; j++) {
      const level = Math.round(query[j] / step);
      shorts[j] = level;
      squares += query[j] ** 2;
      lost += (query[j] - level * step) ** 2;
    }
    const length = Math.sqrt(squares) * (1 + MARGIN);
    if (!(length * longest < MOST_SCORE && (length / step) * longest < MOST_END)) return undefined;
    // In single precision a middle is off by no more than its margin, and it is no more than ‖t b‖ ‖s a‖.
    const fromRow = roundUp(length / step);
    const fromQuery = roundUp((Math.sqrt(lost) + MARGIN * 2 * length) / step);
    const slack = roundUp(underflow / step + 2 ** -140);
    floats.set([fromRow, fromQuery, slack], pairs);
    return { fromRow, fromQuery, slack };
  };

  return {
    panels,
    write({ rows, data }, firstRow) {
      const { bytes, floats } = memory.views;
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
        let squares = 0;
        let kept = 0;
        let lost = 0;
        for (let j = 0; j < cols; j++) {
          const value = data[start + j];
          const level = clamp(value * perUnit + ROUNDING - ROUNDING);
          const rounded = level * scale;
          bytes[first + offsetOf(j)] = level;
          squares += value * value;
          kept += rounded * rounded;
          lost += (value - rounded) * (value - rounded);
        }
        const length = Math.sqrt(squares) * (1 + MARGIN);
        longest = Math.max(longest, length);
        const at = scaleOf(firstRow + i);
        floats[at] = scale;
        floats[at + PANEL_ROWS] = roundUp(Math.sqrt(lost) + gamma * length);
        floats[at + 2 * PANEL_ROWS] = roundUp(Math.sqrt(kept));
      }
    },
    clear(row) {
      const { bytes, floats } = memory.views;
      const first = firstByteOf(row);
      for (let j = 0; j < cols; j++) bytes[first + offsetOf(j)] = 0;
      for (let i = 0; i < 3; i++) floats[scaleOf(row) + i * PANEL_ROWS] = 0;
    },
    candidates(query, k, rows, isRemoved) {
      const most = Math.floor(rows * MOST_CANDIDATES);
      const factors = k <= most ? loadQuery(query) : undefined;
      if (factors === undefined) return undefined;
      const { floats, ints } = memory.views;
      const lowerEnds = new Float64Array(k).fill(-Infinity); // the k greatest, descending
      let threshold = -Infinity;
      let found: number[] = [];
      let foundEnds: number[] = [];
      const dropBelowThreshold = (): void => {
        found = found.filter((_, i) => foundEnds[i] >= threshold);
        foundEnds = foundEnds.filter((end) => end >= threshold);
      };
      for (let first = 0; first < rows; first += BLOCK_ROWS) {
        const count = Math.min(BLOCK_ROWS, rows - first);
        const at = addressOf(first / PANEL_ROWS);
        const panelCount = Math.ceil(count / PANEL_ROWS);
        const reach = memory.bytePanels(0, pairs, at, panelCount, out, list, threshold);
        for (let i = 0; i < reach; i++) {
          const inBlock = ints[list / 4 + i];
          const [row, upper] = [first + inBlock, floats[out / 4 + inBlock]];
          if (upper < threshold || inBlock >= count || isRemoved(row)) continue;
          found.push(row);
          foundEnds.push(upper);
          const errorAt = scaleOf(row) + PANEL_ROWS;
          const [error, length] = [floats[errorAt], floats[errorAt + PANEL_ROWS]];
          const radius = factors.fromRow * error + factors.fromQuery * length + factors.slack;
          const lower = upper - 2 * radius;
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

/** What a row's error and length are multiplied by, and what is added, in units of the query's step. */
interface QueryFactors {
  /** ‖q‖. */
  readonly fromRow: number;
  /** ‖f‖, and the rounding of the middle. */
  readonly fromQuery: number;
  readonly slack: number;
}

/** Where column `j` lies, from the row's first byte on. */
function offsetOf(j: number): number {
  return (j >> 1) * 2 * PANEL_ROWS + (j & 1);
}

function clamp(level: number): number {
  if (level > LEVELS) return LEVELS;
  return level < -LEVELS ? -LEVELS : level;
}

/** A number of single precision that is above `x` by the margin. */
function roundUp(x: number): number {
  return Math.fround(x * (1 + MARGIN) + 2 ** -149);
}

/** Puts a value in its place in a descending list, in the last one's stead. */
function insert(list: Float64Array, value: number): void {
  let at = list.length - 1;
  for (; at > 0 && list[at - 1] < value; at--) list[at] = list[at - 1];
  list[at] = value;
}
