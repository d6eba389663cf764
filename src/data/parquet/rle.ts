/** Bytes read one after the other, never beyond their end. */
export class PageReader {
  constructor(
    readonly bytes: Uint8Array,
    public offset: number,
    public end: number,
  ) {}

  byte(): number {
    if (this.offset >= this.end) throw new RangeError("a page ends early");
    return this.bytes[this.offset++];
  }

  uint32(): number {
    return this.byte() + this.byte() * 2 ** 8 + this.byte() * 2 ** 16 + this.byte() * 2 ** 24;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError("a number of a page has more than 10 bytes");
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  skip(count: number): void {
    if (!(count >= 0 && count <= this.end - this.offset)) throw new RangeError("a page ends early");
    this.offset += count;
  }
}

/**
 * Decodes `count` values of the hybrid of run-length encoding and bit packing. A run longer than what is left of the count,
 * which a reader would go on writing for ever, is refused.
 *
 * @param most The largest value there may be.
 * @throws RangeError for a run or a value that cannot be.
 */
export function readRuns(
  reader: PageReader,
  width: number,
  count: number,
  most: number,
): Uint32Array {
  if (width > 32) throw new RangeError(`values must have at most 32 bits, received ${width}`);
  const values = new Uint32Array(count);
  for (let seen = 0; seen < count;) {
    const head = reader.varint();
    if (head % 2 === 1) {
      const packed = ((head - 1) / 2) * 8; // values, in groups of 8
      const run = Math.min(count - seen, packed);
      unpack(reader, width, run, values, seen);
      const rest = (packed * width) / 8 - Math.ceil((run * width) / 8);
      reader.skip(Math.min(rest, reader.end - reader.offset));
      seen += run;
    } else {
      const run = head / 2;
      if (run > count - seen) {
        throw new RangeError(
          `a run must have at most the ${count - seen} values left, received ${run}`,
        );
      }
      let value = 0;
      for (let i = 0; i < (width + 7) >> 3; i++) value += reader.byte() * 2 ** (8 * i);
      if (value > most) throw new RangeError(`a value must be at most ${most}, received ${value}`);
      values.fill(value, seen, seen + run);
      seen += run;
    }
  }
  for (const value of values) {
    if (value > most) throw new RangeError(`a value must be at most ${most}, received ${value}`);
  }
  return values;
}

/** Values of `width` bits each, the lowest bits first. */
function unpack(
  reader: PageReader,
  width: number,
  count: number,
  values: Uint32Array | Float64Array,
  from: number,
): void {
  let bits = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let got = 0; got < width;) {
      if (held === 0) {
        bits = reader.byte();
        held = 8;
      }
      const take = Math.min(held, width - got);
      value += (bits & (2 ** take - 1)) * 2 ** got;
      bits >>= take;
      held -= take;
      got += take;
    }
    values[from + i] = value;
  }
}

/**
 * Decodes the differences in blocks that DELTA_BINARY_PACKED writes; exact for 32 bits.
 *
 * @throws RangeError for a block that cannot be.
 */
export function readDeltas(reader: PageReader, count: number): Float64Array {
  const values = new Float64Array(count);
  if (count === 0) return values;
  const block = reader.varint();
  const parts = reader.varint();
  const said = reader.varint();
  const perPart = block / parts;
  if (!(
    block > 0 &&
    block <= 2 ** 20 &&
    parts > 0 &&
    Number.isInteger(perPart / 8) &&
    said === count
  )) {
    throw new RangeError(
      `differences must come in blocks for ${count} values, received ${said} in blocks of ${block}, each in ${parts}`,
    );
  }
  values[0] = reader.zigzag();
  for (let seen = 1; seen < count;) {
    const least = reader.zigzag();
    const widths = Array.from({ length: parts }, () => reader.byte());
    for (const width of widths) {
      if (seen >= count) break;
      if (width > 64)
        throw new RangeError(`a difference must have at most 64 bits, received ${width}`);
      const run = Math.min(perPart, count - seen);
      const after = reader.offset + (perPart * width) / 8;
      unpack(reader, width, run, values, seen);
      for (let i = 0; i < run; i++, seen++) {
        const sum = values[seen - 1] + least + values[seen];
        values[seen] = width <= 32 ? sum | 0 : sum;
      }
      // The last part may be cut where its values end.
      reader.skip(Math.max(0, Math.min(after, reader.end) - reader.offset));
    }
  }
  return values;
}
