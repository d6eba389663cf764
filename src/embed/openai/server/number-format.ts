/** Fewer values say nothing. */
const fewest = 8;
/** What no model gives: an entry is as small beside the largest as rounding errors are. */
const negligible = 2 ** -20;
const mostNegligible = 0.1;

/**
 * Whether bytes that were read as 4-byte floats, the lower byte first, may be of another number format: floats of 8 or 2 bytes and
 * those of the other byte order have bits of their fractions where these have an exponent, so that many entries of a vector are
 * millions of times smaller than its largest. A vector of a model can be so too, if hardly: whoever asks must make sure.
 */
export function createFormatCheck() {
  let looked = 0;
  let odd = 0;
  return {
    look(vector: Float32Array): void {
      let largest = 0;
      for (const value of vector) {
        if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
      }
      for (const value of vector) {
        if (value === 0 || !Number.isFinite(value)) continue;
        looked++;
        if (Math.abs(value) < negligible * largest) odd++;
      }
    },
    isOdd: (): boolean => looked >= fewest && odd > mostNegligible * looked,
  };
}
