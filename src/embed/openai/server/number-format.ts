/** In a vector of fewer values rounding errors beside the largest say nothing: each must be of a usual size by itself. */
const fewest = 8;
/** What no model gives: an entry is as small beside the largest as rounding errors are. */
const negligible = 2 ** -20;
const mostNegligible = 0.1;
/** Between these are the entries of short vectors. */
const usual = { least: 2 ** -10, most: 2 ** 10 } as const;

/**
 * Whether bytes that were read as 4-byte floats, the lower byte first, may be of another number format: floats of 8 or 2 bytes and
 * those of the other byte order have bits of their fractions where these have an exponent, so that many entries of a vector are
 * millions of times smaller than its largest. Of two floats of 2 bytes cut from 4 (bfloat16) the lower one lies where the last
 * bits of a fraction are, which are hardly ever an entry of a usual size. A vector of a model can be so too, if hardly: whoever asks
 * must make sure.
 */
export function createFormatCheck() {
  let looked = 0;
  let odd = 0;
  /** Ends of fractions that are not zero, and those that could be entries. */
  let ends = 0;
  let entries = 0;
  /** Vectors whose every other value is zero, as the lower half of a short number of 8 bytes is. */
  let halfEmpty = 0;
  let vectors = 0;
  let short = false;
  return {
    look(vector: Float32Array): void {
      vectors++;
      let largest = 0;
      for (const value of vector) {
        if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
      }
      short = vector.length < fewest;
      const least = short ? usual.least : negligible * largest;
      const most = short ? usual.most : largest;
      const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
      const top = Math.floor(Math.log2(largest)) + bias;
      for (let j = 0; j < vector.length; j++) {
        const size = Math.abs(vector[j]);
        if (size === 0 || !Number.isFinite(size)) continue;
        looked++;
        if (size < least || size > most) odd++;
        const end = bits[j] & 0x7fff;
        if (end === 0) continue;
        ends++;
        const exponent = end >> 7;
        if (exponent <= top + 1 && exponent >= top - 20) entries++;
      }
      if (isHalfEmpty(vector)) halfEmpty++;
    },
    isOdd: (): boolean =>
      (odd > mostNegligible * looked && (short || looked >= fewest)) ||
      (ends >= Math.max(2, looked / 2) && entries > 0.9 * ends) ||
      (vectors > 0 && halfEmpty === vectors),
  };
}

function isHalfEmpty(vector: Float32Array): boolean {
  if (vector.length < 4 || vector.length % 2 !== 0) return false;
  const parity = vector[0] === 0 ? 0 : 1;
  return vector.every((value, j) => (value === 0) === (j % 2 === parity));
}

/** Of the exponent of a 4-byte float. */
const bias = 127;
