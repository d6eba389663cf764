import { Decompress, decompress } from "fzstd";

interface Frame {
  /** Bytes of what came before that a decoder keeps. */
  readonly window: number;
  /** Bytes that it unpacks to, where it says so. */
  readonly content: number | undefined;
}

/** The most of one block, and of the window of a decoder that is told nothing else: both of zstd's own. */
const mostBlock = 2 ** 17;
const mostWindow = 2 ** 27;

/**
 * Undoes zstd, holding at most a window beside `length` bytes: a few bytes may say of themselves that they unpack to
 * gigabytes, and are not tried.
 *
 * @throws RangeError for what does not unpack to `length` bytes.
 */
export function unpackZstd(packed: Uint8Array, length: number): Uint8Array {
  const frames = framesOf(packed, length);
  // What says its length itself is unpacked in place.
  if (frames.length === 1 && frames[0].content === length) return unpackInPlace(packed, length);
  const windows = frames.reduce((sum, { window }) => sum + window, 0);
  if (windows > length + mostWindow) {
    throw new RangeError(`zstd must look back at most ${mostWindow} bytes, received ${windows}`);
  }
  const output = new Uint8Array(length);
  let to = 0;
  new Decompress((block) => {
    if (block.length > length - to) {
      throw new RangeError(`a page must unpack to ${length} bytes, received more`);
    }
    output.set(block, to);
    to += block.length;
  }).push(packed, true);
  if (to === length) return output;
  throw new RangeError(`a page must unpack to ${length} bytes, received ${to}`);
}

/** The decoder does not say how much it has written: two values of the last byte tell whether that is. */
function unpackInPlace(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  for (const mark of [0xa5, 0x5a]) {
    output[length - 1] = mark;
    decompress(packed, output);
    if (output[length - 1] !== mark) return output;
  }
  throw new RangeError(`a page must unpack to ${length} bytes, received fewer`);
}

/** The frames, of which every block is there and of a size that can be. */
function framesOf(packed: Uint8Array, length: number): Frame[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  let least = 0; // bytes that blocks which are not compressed give
  const skip = (count: number): number => {
    if (count > packed.length - at) throw new RangeError("the zstd data of a page ends early");
    at += count;
    return at - count;
  };
  while (at < packed.length) {
    const magic = view.getUint32(skip(4), true);
    if (magic >>> 4 === 0x184d2a5) {
      skip(view.getUint32(skip(4), true)); // a frame of the user's own
      continue;
    }
    if (magic !== 0xfd2fb528) throw new RangeError("the page must be zstd, received other bytes");
    const flags = packed[skip(1)];
    const single = (flags >> 5) & 1;
    const windowAt = skip(1 - single);
    skip([0, 1, 2, 4][flags & 3]); // the number of a dictionary
    const size = [single, 2, 4, 8][flags >> 6];
    const content = contentOf(view, skip(size), size);
    if (content !== undefined && content > length) {
      throw new RangeError(`a page must unpack to ${length} bytes, received ${content}`);
    }
    const log = 10 + (packed[windowAt] >> 3);
    const window = single === 1 ? (content ?? 0) : 2 ** log * (1 + (packed[windowAt] & 7) / 8);
    frames.push({ window, content });
    for (let last = 0; last === 0;) {
      const from = skip(3);
      const head = packed[from] + packed[from + 1] * 2 ** 8 + packed[from + 2] * 2 ** 16;
      last = head & 1;
      const type = (head >> 1) & 3;
      const blockSize = head >> 3;
      if (type === 3 || blockSize > mostBlock) {
        throw new RangeError(`a block of zstd must have at most ${mostBlock} bytes, received more`);
      }
      if (type < 2) least += blockSize;
      if (least > length) {
        throw new RangeError(`a page must unpack to ${length} bytes, received more`);
      }
      skip(type === 1 ? 1 : blockSize); // one byte stands for a run of it
    }
    if ((flags & 4) !== 0) skip(4); // a checksum
  }
  return frames;
}

function contentOf(view: DataView, at: number, size: number): number | undefined {
  switch (size) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return undefined;
  }
}
