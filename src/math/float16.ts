import { single, singleBits } from "./single-bits.js";

/**
 * IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. Half the bytes for values of vectors of length 1 at
 * an error of at most 2^-11 of the value, or 2^-25 near zero.
 */

/** The nearest half-precision value (ties to even) as 16 bits; beyond 65504 it is infinite. */
export function toFloat16(value: number): number {
  single[0] = value;
  const word = singleBits[0];
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds beyond 65504
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent by 15 - 127, then round the 13 bits that go.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Subnormal: adding 0.5 in single precision lets the hardware round at the right place, 2^-24.
  single[0] = Math.abs(value);
  single[0] += 0.5;
  return sign | (singleBits[0] - 0x3f000000);
}

/** The value of 16 bits of half precision. */
export function fromFloat16(half: number): number {
  const magnitude = half & 0x7fff;
  let value: number;
  if (magnitude < 0x0400) value = magnitude * 2 ** -24;
  else if (magnitude >= 0x7c00) value = magnitude > 0x7c00 ? NaN : Infinity;
  else {
    singleBits[0] = (magnitude << 13) + 0x38000000;
    value = single[0];
  }
  return half & 0x8000 ? -value : value;
}

/** Writes each value as 16 bits of half precision into `halves`, from its beginning on. */
export function encodeFloat16(values: ArrayLike<number>, halves: Uint16Array): void {
  for (let i = 0; i < values.length; i++) halves[i] = toFloat16(values[i]);
}

/** The values of 16 bits of half precision each. */
export function decodeFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = fromFloat16(halves[i]);
  return values;
}
