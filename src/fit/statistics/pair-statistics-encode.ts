import { checkInteger, refuse } from "../../base/checks.js";
import type { PairStatistics } from "./pair-statistics.js";

/**
 * Eight bytes "ETPAIRS1", dimensions and count as 64-bit numbers, then the sums in the order of {@link PairStatistics},
 * all little-endian.
 */
const magic = "ETPAIRS1";
const headerBytes = 24;

const parts = [
  "queryMean",
  "passageMean",
  "queryScatter",
  "passageScatter",
  "crossScatter",
] as const;

/** Writes statistics as bytes, to be merged on another machine; nothing is rounded. */
export function encodePairStatistics(statistics: PairStatistics): Uint8Array {
  const values = parts.reduce((total, part) => total + statistics[part].length, 0);
  const bytes = new Uint8Array(headerBytes + values * 8);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setFloat64(8, statistics.dimensions, true);
  view.setFloat64(16, statistics.count, true);
  let at = headerBytes;
  for (const part of parts) {
    for (const value of statistics[part]) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/**
 * Reads what {@link encodePairStatistics} wrote.
 *
 * @throws RangeError on bytes that are something else, cut short, or hold values that are not finite.
 */
export function decodePairStatistics(bytes: Uint8Array): PairStatistics {
  if (
    bytes.length < headerBytes ||
    new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic
  ) {
    throw new RangeError(`decodePairStatistics: the bytes must begin with ${magic}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = view.getFloat64(8, true);
  const count = view.getFloat64(16, true);
  const most = Number.MAX_SAFE_INTEGER;
  checkInteger(dimensions, "decodePairStatistics: dimensions", { least: 1, most });
  checkInteger(count, "decodePairStatistics: count", { least: 0, most });
  const expected = headerBytes + 8 * (2 * dimensions + 3 * dimensions * dimensions);
  if (bytes.length !== expected) {
    throw new RangeError(
      `decodePairStatistics: the bytes must be ${expected} for ${dimensions} dimensions, received ${bytes.length}`,
    );
  }
  let at = headerBytes;
  const read = (name: string, length: number): Float64Array => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++, at += 8) {
      values[i] = view.getFloat64(at, true);
      if (!Number.isFinite(values[i])) {
        refuse(`decodePairStatistics: ${name}[${i}]`, "a finite number", values[i]);
      }
    }
    return values;
  };
  const [means, scatters] = [dimensions, dimensions * dimensions];
  return {
    dimensions,
    count,
    queryMean: read("queryMean", means),
    passageMean: read("passageMean", means),
    queryScatter: read("queryScatter", scatters),
    passageScatter: read("passageScatter", scatters),
    crossScatter: read("crossScatter", scatters),
  };
}
