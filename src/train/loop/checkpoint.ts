import type { EpochRecord, TrainingFigures } from "./history.js";
import type { OptimizerState, Tensors } from "../optimizers/optimizer.js";

/** Everything a run needs to go on after an epoch as if it had never stopped. Plain data. */
export interface TrainingCheckpoint {
  /** What the run was: data, shape and options. A checkpoint continues only the run it was taken from. */
  readonly run: string;
  /** Epochs finished. */
  readonly epoch: number;
  readonly tensors: Tensors;
  readonly optimizer: OptimizerState;
  readonly best: {
    readonly epoch: number;
    /** The figure that chose it; `null` before there was any. */
    readonly figure: number | null;
    /** `null` while the untouched embedding is best. */
    readonly tensors: Tensors | null;
  };
  readonly history: readonly EpochRecord[];
  readonly untouched?: TrainingFigures | undefined;
}

const magic = "ETCHKPT1";

interface Header {
  readonly run: string;
  readonly epoch: number;
  readonly step: number;
  readonly best: { readonly epoch: number; readonly figure: number | null };
  readonly history: readonly EpochRecord[];
  readonly untouched?: TrainingFigures;
  /** Groups of arrays in the order they follow, by name, with their lengths. */
  readonly groups: readonly { readonly name: string; readonly lengths: readonly number[] }[];
}

/**
 * A checkpoint as bytes: a magic word, the length of the header (32 bits, little endian), the header as JSON padded to
 * 4 bytes, then the arrays as little-endian 32-bit floats.
 */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array<ArrayBuffer> {
  const { run, epoch, tensors, optimizer, best, history, untouched } = checkpoint;
  const groups: [string, Tensors][] = [["tensors", tensors]];
  if (best.tensors !== null) groups.push(["best", best.tensors]);
  for (const [name, arrays] of Object.entries(optimizer.moments)) {
    groups.push([`moment:${name}`, arrays]);
  }
  const header: Header = {
    run,
    epoch,
    step: optimizer.step,
    best: { epoch: best.epoch, figure: best.figure },
    history,
    ...(untouched && { untouched }),
    groups: groups.map(([name, arrays]) => ({ name, lengths: arrays.map((a) => a.length) })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = json.length + ((4 - (json.length % 4)) % 4);
  const values = groups.reduce(
    (sum, [, arrays]) => sum + arrays.reduce((count, array) => count + array.length, 0),
    0,
  );
  const bytes = new Uint8Array(12 + padded + 4 * values);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, padded, true);
  bytes.fill(0x20, 12, 12 + padded);
  bytes.set(json, 12);
  let at = 12 + padded;
  for (const [, arrays] of groups) {
    for (const array of arrays) {
      for (let i = 0; i < array.length; i++, at += 4) view.setFloat32(at, array[i], true);
    }
  }
  return bytes;
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 *
 * @throws RangeError when the bytes are no checkpoint or are cut short.
 */
export function decodeCheckpoint(bytes: Uint8Array): TrainingCheckpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) {
    throw new RangeError(`decodeCheckpoint: the bytes must begin with ${magic}`);
  }
  const headerLength = view.getUint32(8, true);
  let header: Header;
  try {
    const text = new TextDecoder().decode(bytes.subarray(12, 12 + headerLength));
    header = JSON.parse(text) as Header;
  } catch (cause) {
    throw new RangeError("decodeCheckpoint: the header must be JSON, received damaged text", {
      cause,
    });
  }
  const { run, epoch, step, best, history, untouched } = header;
  let at = 12 + headerLength;
  const read = new Map<string, Float32Array[]>();
  for (const { name, lengths } of header.groups) {
    const arrays = lengths.map((length) => {
      if (at + 4 * length > bytes.length) {
        throw new RangeError(
          `decodeCheckpoint: the bytes must be at least ${at + 4 * length}, received ${bytes.length}`,
        );
      }
      const array = new Float32Array(length);
      for (let i = 0; i < length; i++, at += 4) array[i] = view.getFloat32(at, true);
      return array;
    });
    read.set(name, arrays);
  }
  const moments: Record<string, Tensors> = {};
  for (const [name, arrays] of read) {
    if (name.startsWith("moment:")) moments[name.slice("moment:".length)] = arrays;
  }
  return {
    run,
    epoch,
    tensors: read.get("tensors") ?? [],
    optimizer: { step, moments },
    best: { ...best, tensors: read.get("best") ?? null },
    history,
    ...(untouched && { untouched }),
  };
}
