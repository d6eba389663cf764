// `mixedWords` of ../mixed-words.ts in WebAssembly, bit for bit.
import { argument } from "./layout";

/** One step of every lane. */
function mix(x: v128, words: v128, factor: v128, addend: v128): v128 {
  x = i32x4.mul(v128.xor(x, words), factor);
  x = v128.xor(x, i32x4.shr_u(x, 15));
  return i32x4.add(i32x4.add(i32x4.shl(x, 2), x), addend);
}

/** Arguments: the words, how many of them are a chunk (a multiple of 16), where the 32 words of each chunk go. A piece is a chunk. */
export function mixWords(piece: i32): void {
  const bytes = (<usize>argument(2)) << 2;
  let at = <usize>argument(1) + <usize>piece * bytes;
  const to = <usize>argument(3) + ((<usize>piece) << 7);
  const xFactor = i32x4.splat(0xcc9e2d51);
  const yFactor = i32x4.splat(0x1b873593);
  const xAddend = i32x4.splat(0xe6546b64);
  const yAddend = i32x4.splat(0xe6546b65);
  let x0 = i32x4.splat(0x9e3779b9);
  let x1 = x0;
  let x2 = x0;
  let x3 = x0;
  let y0 = i32x4.splat(0x85ebca6b);
  let y1 = y0;
  let y2 = y0;
  let y3 = y0;
  const end = at + bytes;
  for (; at != end; at += 64) {
    let words = v128.load(at);
    x0 = mix(x0, words, xFactor, xAddend);
    y0 = mix(y0, words, yFactor, yAddend);
    words = v128.load(at, 16);
    x1 = mix(x1, words, xFactor, xAddend);
    y1 = mix(y1, words, yFactor, yAddend);
    words = v128.load(at, 32);
    x2 = mix(x2, words, xFactor, xAddend);
    y2 = mix(y2, words, yFactor, yAddend);
    words = v128.load(at, 48);
    x3 = mix(x3, words, xFactor, xAddend);
    y3 = mix(y3, words, yFactor, yAddend);
  }
  v128.store(to, x0);
  v128.store(to, x1, 16);
  v128.store(to, x2, 32);
  v128.store(to, x3, 48);
  v128.store(to, y0, 64);
  v128.store(to, y1, 80);
  v128.store(to, y2, 96);
  v128.store(to, y3, 112);
}
