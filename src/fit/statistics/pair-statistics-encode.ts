import { checkInteger, refuse } from "../../base/checks.js";
import { createFingerprint } from "../../base/fingerprint.js";
import { checkPairStatistics, statisticsParts } from "./pair-statistics-check.js";
import type { PairStatistics } from "./pair-statistics.js";

/**
 * Eight bytes "ETPAIRS3"; dimensions and the counts of pairs, questions and corpus (0 for none) as 64-bit numbers; then the
 * sums in the order of {@link statisticsParts}; all little-endian. At the end eight bytes of a checksum: a bit that flips in a
 * sum on its way from another machine would be learnt from unseen.
 */
const magic = "ETPAIRS3";
const headerBytes = 40;
const checksumBytes = 8;

/** Writes statistics as bytes with a checksum, to be merged on another machine; nothing is rounded. */
export function encodePairStatistics(statistics: PairStatistics): Uint8Array {
  const { dimensions, count, questions, corpus } = statistics;
  const parts = statisticsParts(statistics).map(([, values]) => values);
  const values = parts.reduce((total, part) => total + part.length, 0);
  const bytes = new Uint8Array(headerBytes + values * 8 + checksumBytes);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  let at = magic.length;
  for (const part of [[dimensions, count, questions.count, corpus?.count ?? 0], ...parts]) {
    for (const value of part) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  writeStatisticsChecksum(bytes);
  return bytes;
}

/** Sets the last bytes to the checksum of those before. */
export function writeStatisticsChecksum(bytes: Uint8Array): void {
  bytes.set(checksumOf(bytes), bytes.length - checksumBytes);
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  // Words lie at multiples of four; a reader may hand out a part of a larger buffer that does not begin at one.
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const fingerprint = createFingerprint();
  fingerprint.addFloats(new Float32Array(buffer, byteOffset, (length - checksumBytes) / 4));
  const digest = fingerprint.digest();
  return Uint8Array.from({ length: checksumBytes }, (_, i) =>
    Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16),
  );
}

/**
 * Reads what {@link encodePairStatistics} wrote.
 *
 * @throws RangeError on bytes that are something else, cut short, damaged, or hold values that are not finite.
 */
export function decodePairStatistics(bytes: Uint8Array): PairStatistics {
  if (
    bytes.length < headerBytes ||
    new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic
  ) {
    throw new RangeError(`decodePairStatistics: the bytes must begin with ${magic}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = magic.length;
  const read = (length: number): Float64Array => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++, at += 8) values[i] = view.getFloat64(at, true);
    return values;
  };
  const counts = read(4);
  // A flipped bit: whoever reads it as 0 writes other bytes.
  if (counts.some((value) => Object.is(value, -0))) {
    refuse("decodePairStatistics: a count", "an integer >= 0", "-0");
  }
  const [dimensions, count, questions, corpus] = counts;
  const most = Number.MAX_SAFE_INTEGER;
  checkInteger(dimensions, "decodePairStatistics: dimensions", { least: 1, most });
  checkInteger(corpus, "decodePairStatistics: corpus.count", { least: 0, most });
  const spreads = corpus === 0 ? 1 : 2;
  const expected =
    headerBytes +
    8 * ((2 + spreads) * dimensions + (3 + spreads) * dimensions * dimensions) +
    checksumBytes;
  if (bytes.length !== expected) {
    throw new RangeError(
      `decodePairStatistics: the bytes must be ${expected} for ${dimensions} dimensions, received ${bytes.length}`,
    );
  }
  const kept = bytes.subarray(bytes.length - checksumBytes);
  if (checksumOf(bytes).some((byte, i) => byte !== kept[i])) {
    throw new RangeError(
      "decodePairStatistics: the bytes must fit their checksum, received others",
    );
  }
  const mean = (): Float64Array => read(dimensions);
  const scatter = (): Float64Array => read(dimensions * dimensions);
  const statistics = {
    ...{ dimensions, count, queryMean: mean(), passageMean: mean() },
    ...{ queryScatter: scatter(), passageScatter: scatter(), crossScatter: scatter() },
    questions: { count: questions, mean: mean(), scatter: scatter() },
    corpus: corpus === 0 ? null : { count: corpus, mean: mean(), scatter: scatter() },
  };
  checkPairStatistics(statistics, "decodePairStatistics");
  return statistics;
}
