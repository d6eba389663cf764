import { createMatrix, multiply } from "embedtune/math";

/** A digest of products that are large enough to start the kernel's workers, made while they start and after. */
export function largeProduct(): string {
  const size = 700;
  const a = createMatrix(size, size);
  for (let i = 0; i < a.data.length; i++)
    a.data[i] = ((Math.imul(i, 0x9e3779b1) >>> 8) & 0xffff) / 65_536 - 0.5;
  let hash = 0;
  for (let round = 0; round < 8; round++) {
    const { data } = multiply(a, a);
    for (const word of new Uint32Array(data.buffer)) hash = (Math.imul(hash, 31) + word) | 0;
  }
  return (hash >>> 0).toString(16);
}
