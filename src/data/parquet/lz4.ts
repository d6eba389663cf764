/**
 * Undoes LZ4 as parquet's older `LZ4` has it: blocks with their sizes before them as Hadoop writes them, or a block alone.
 *
 * @throws RangeError for what does not unpack to exactly `length` bytes.
 */
export function unpackLz4(packed: Uint8Array, length: number): Uint8Array {
  return unpackHadoop(packed, length) ?? unpackLz4Block(packed, length);
}

/**
 * Undoes a block of LZ4, never writing or counting beyond `length`.
 *
 * @throws RangeError for what does not unpack to exactly `length` bytes.
 */
export function unpackLz4Block(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const written = unpackInto(packed, output);
  if (written === length) return output;
  throw new RangeError(`a page must unpack to ${length} bytes, received ${written}`);
}

/** `undefined` for what is not laid out so: the sizes, big-endian, say it. */
function unpackHadoop(packed: Uint8Array, length: number): Uint8Array | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const output = new Uint8Array(length);
  let to = 0;
  let at = 0;
  while (at < packed.length) {
    if (packed.length - at < 8) return undefined;
    const size = view.getUint32(at);
    const from = at + 8;
    at = from + view.getUint32(at + 4);
    if (at > packed.length || size > length - to) return undefined;
    try {
      const block = output.subarray(to, to + size);
      if (unpackInto(packed.subarray(from, at), block) !== size) return undefined;
    } catch {
      return undefined;
    }
    to += size;
  }
  return to === length ? output : undefined;
}

/** Sequences of bytes as they are and of bytes that came before; how many were written. */
function unpackInto(packed: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let to = 0;
  const byte = (): number => {
    if (at >= packed.length) throw new RangeError("the LZ4 data of a page ends early");
    return packed[at++];
  };
  /** A length of which 15 says that more follows, held against the room that is left before all of it is read. */
  const count = (first: number, more: number): number => {
    let sum = first + more;
    for (let next = first === 15 ? 255 : 0; next === 255; sum += next) {
      next = byte();
      if (sum + next > output.length - to) {
        throw new RangeError(`a page must unpack to ${output.length} bytes, received more`);
      }
    }
    if (sum <= output.length - to) return sum;
    throw new RangeError(`a page must unpack to ${output.length} bytes, received more`);
  };
  while (at < packed.length) {
    const token = byte();
    const literals = count(token >> 4, 0);
    if (literals > packed.length - at) throw new RangeError("the LZ4 data of a page ends early");
    output.set(packed.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === packed.length) break; // the last sequence is literals alone
    const offset = byte() + byte() * 256;
    if (offset === 0 || offset > to) {
      throw new RangeError(
        `LZ4 must repeat bytes that came before, received ${offset} back of ${to}`,
      );
    }
    const matched = count(token & 15, 4);
    if (offset >= matched) output.copyWithin(to, to - offset, to - offset + matched);
    else for (let i = to; i < to + matched; i++) output[i] = output[i - offset];
    to += matched;
  }
  return to;
}
