// Scores of one vector with many: a module of its own, so that the kernel stays below what browsers compile at once.
//
// Rows lie in panels of four, side by side, so that a lane belongs to a row and its sum is taken in the product's order. Panels
// are read several at a time, so that additions to several sums overlap, and from places far apart, so that each is part of a
// long stream: memory delivers several long streams faster than one, and than many short ones.
import { CHUNK } from "./layout";

/** Both sums of a panel, rounded to single precision. */
function round(low: v128, high: v128): v128 {
  const a = f32x4.demote_f64x2_zero(low);
  const b = f32x4.demote_f64x2_zero(high);
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}

function addLow(sum: v128, x: v128): v128 {
  return f64x2.add(sum, f64x2.promote_low_f32x4(x));
}

function addHigh(sum: v128, x: v128): v128 {
  return f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)));
}

/**
 * The inner products of a query of `cols` floats with the 32 rows of the panels `a` to `h`, four floats each at `out` and every
 * `stride` bytes from there. The order is that of the product (see docs/math.md): one after another in single precision inside
 * a chunk, in double precision across chunks. A panel is 4 · cols floats: column by column, the values of its four rows.
 */
export function eightFloatPanels(
  query: usize,
  cols: i32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  e: usize,
  f: usize,
  g: usize,
  h: usize,
  out: usize,
  stride: usize,
): void {
  let lowA = f64x2.splat(0);
  let highA = f64x2.splat(0);
  let lowB = f64x2.splat(0);
  let highB = f64x2.splat(0);
  let lowC = f64x2.splat(0);
  let highC = f64x2.splat(0);
  let lowD = f64x2.splat(0);
  let highD = f64x2.splat(0);
  let lowE = f64x2.splat(0);
  let highE = f64x2.splat(0);
  let lowF = f64x2.splat(0);
  let highF = f64x2.splat(0);
  let lowG = f64x2.splat(0);
  let highG = f64x2.splat(0);
  let lowH = f64x2.splat(0);
  let highH = f64x2.splat(0);
  for (let j = 0; j < cols;) {
    const end = min(cols, j + CHUNK);
    let sumA = f32x4.splat(0);
    let sumB = f32x4.splat(0);
    let sumC = f32x4.splat(0);
    let sumD = f32x4.splat(0);
    let sumE = f32x4.splat(0);
    let sumF = f32x4.splat(0);
    let sumG = f32x4.splat(0);
    let sumH = f32x4.splat(0);
    for (; j < end; j++) {
      const x = v128.load32_splat(query);
      sumA = f32x4.add(sumA, f32x4.mul(v128.load(a), x));
      sumB = f32x4.add(sumB, f32x4.mul(v128.load(b), x));
      sumC = f32x4.add(sumC, f32x4.mul(v128.load(c), x));
      sumD = f32x4.add(sumD, f32x4.mul(v128.load(d), x));
      sumE = f32x4.add(sumE, f32x4.mul(v128.load(e), x));
      sumF = f32x4.add(sumF, f32x4.mul(v128.load(f), x));
      sumG = f32x4.add(sumG, f32x4.mul(v128.load(g), x));
      sumH = f32x4.add(sumH, f32x4.mul(v128.load(h), x));
      a += 16;
      b += 16;
      c += 16;
      d += 16;
      e += 16;
      f += 16;
      g += 16;
      h += 16;
      query += 4;
    }
    lowA = addLow(lowA, sumA);
    highA = addHigh(highA, sumA);
    lowB = addLow(lowB, sumB);
    highB = addHigh(highB, sumB);
    lowC = addLow(lowC, sumC);
    highC = addHigh(highC, sumC);
    lowD = addLow(lowD, sumD);
    highD = addHigh(highD, sumD);
    lowE = addLow(lowE, sumE);
    highE = addHigh(highE, sumE);
    lowF = addLow(lowF, sumF);
    highF = addHigh(highF, sumF);
    lowG = addLow(lowG, sumG);
    highG = addHigh(highG, sumG);
    lowH = addLow(lowH, sumH);
    highH = addHigh(highH, sumH);
  }
  v128.store(out, round(lowA, highA));
  out += stride;
  v128.store(out, round(lowB, highB));
  out += stride;
  v128.store(out, round(lowC, highC));
  out += stride;
  v128.store(out, round(lowD, highD));
  out += stride;
  v128.store(out, round(lowE, highE));
  out += stride;
  v128.store(out, round(lowF, highF));
  out += stride;
  v128.store(out, round(lowG, highG));
  out += stride;
  v128.store(out, round(lowH, highH));
}

/**
 * The inner products of a query of `pairs` pairs of 16-bit integers with 16 rows of 8-bit integers, four 32-bit integers per
 * panel at `out` and every `stride` bytes from there. A panel begins with 8 · pairs bytes: pair of columns by pair of columns,
 * the two values of each of its four rows.
 */
export function fourBytePanels(
  query: usize,
  pairs: i32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  out: usize,
  stride: usize,
): void {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  for (let j = 0; j < pairs; j++) {
    const x = v128.load32_splat(query);
    sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(v128.load8x8_s(a), x));
    sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(v128.load8x8_s(b), x));
    sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(v128.load8x8_s(c), x));
    sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(v128.load8x8_s(d), x));
    a += 8;
    b += 8;
    c += 8;
    d += 8;
    query += 4;
  }
  v128.store(out, sumA);
  out += stride;
  v128.store(out, sumB);
  out += stride;
  v128.store(out, sumC);
  out += stride;
  v128.store(out, sumD);
}

/** The address `far` on, or the last where that is beyond it. (A sum may be beyond the greatest address.) */
function next(at: usize, far: usize, last: usize): usize {
  return last - at < far ? last : at + far;
}

/**
 * {@link eightFloatPanels} of `panels` panels that lie one after another, each of the eight streams an eighth of them. Writes
 * four floats for each, as if there were a multiple of eight: where a stream is beyond the end, the last panel is read again.
 */
export function floatPanels(query: usize, cols: i32, first: usize, panels: i32, out: usize): void {
  const bytes = (<usize>cols) << 4;
  const last = first + <usize>(panels - 1) * bytes;
  const span = (panels + 7) >> 3;
  const far = <usize>span * bytes;
  for (let i = 0; i < span; i++) {
    const a = first + <usize>i * bytes;
    const b = next(a, far, last);
    const c = next(b, far, last);
    const d = next(c, far, last);
    const e = next(d, far, last);
    const f = next(e, far, last);
    const g = next(f, far, last);
    const h = next(g, far, last);
    eightFloatPanels(query, cols, a, b, c, d, e, f, g, h, out + ((<usize>i) << 4), span << 4);
  }
}

/**
 * What the scores of a panel's four rows cannot exceed, from their integer products: middle + radius, in units of the query's
 * step. `panel` is where the panel's scales, errors and lengths lie, `query` where their factors and the slack do.
 */
function upperEnds(products: v128, panel: usize, query: usize): v128 {
  const middle = f32x4.mul(f32x4.convert_i32x4_s(products), v128.load(panel));
  const fromRow = f32x4.mul(v128.load32_splat(query), v128.load(panel, 16));
  const fromQuery = f32x4.mul(v128.load32_splat(query, 4), v128.load(panel, 32));
  const radius = f32x4.add(f32x4.add(fromRow, fromQuery), v128.load32_splat(query, 8));
  return f32x4.add(middle, radius);
}

/**
 * Of the rows of `panels` panels that lie one after another, read in four streams, those whose scores may reach `threshold`:
 * their upper ends (see ../../search/byte-rows.ts), four floats per panel at `out`, and their numbers, as 32-bit integers at
 * `list`. After its integers a query has three floats, and a panel the scales, errors and lengths of its four rows.
 *
 * @returns How many numbers there are.
 */
export function bytePanels(
  query: usize,
  pairs: i32,
  first: usize,
  panels: i32,
  out: usize,
  list: usize,
  threshold: f32,
): i32 {
  const integers = (<usize>pairs) << 3;
  const bytes = integers + 48;
  const last = first + <usize>(panels - 1) * bytes;
  const span = (panels + 3) >> 2;
  const far = <usize>span * bytes;
  for (let i = 0; i < span; i++) {
    const a = first + <usize>i * bytes;
    const b = next(a, far, last);
    const c = next(b, far, last);
    fourBytePanels(query, pairs, a, b, c, next(c, far, last), out + ((<usize>i) << 4), span << 4);
  }
  query += (<usize>pairs) << 2;
  first += integers;
  const least = f32x4.splat(threshold);
  let count = 0;
  for (let i = 0; i < panels; i++) {
    const ends = upperEnds(v128.load(out), first, query);
    v128.store(out, ends);
    let reach = i32x4.bitmask(f32x4.ge(ends, least));
    for (; reach != 0; reach &= reach - 1) {
      store<i32>(list + ((<usize>count) << 2), (i << 2) + ctz(reach));
      count++;
    }
    first += bytes;
    out += 16;
  }
  return count;
}
