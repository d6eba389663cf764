import { checkInteger, checkNumber, refuse } from "../../base/checks.js";
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
 * @throws RangeError naming the part when the bytes are no checkpoint, are cut short or longer than their header says, or
 *   hold a value that is not finite.
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
  checkHeader(header);
  const { run, epoch, step, best, history, untouched, groups } = header;
  const values = groups.flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0);
  const size = 12 + headerLength + 4 * values;
  if (bytes.length !== size) {
    const much = bytes.length < size ? "at least" : "no more than";
    refuse("decodeCheckpoint: the bytes", `${much} ${size}`, bytes.length);
  }
  let at = 12 + headerLength;
  const read = new Map<string, Float32Array[]>();
  for (const { name, lengths } of groups) {
    const arrays = lengths.map((length, k) => {
      const array = new Float32Array(length);
      for (let i = 0; i < length; i++, at += 4) {
        array[i] = view.getFloat32(at, true);
        checkNumber(array[i], `decodeCheckpoint: ${name}[${k}] value ${i}`);
      }
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

/** @throws RangeError naming the part of the header that is not what {@link encodeCheckpoint} writes. */
function checkHeader(header: unknown): asserts header is Header {
  const place = "decodeCheckpoint: header";
  const { run, epoch, step, best, history, untouched, groups } = record(header, place);
  if (typeof run !== "string") refuse(`${place}.run`, "a text", run);
  checkInteger(epoch, `${place}.epoch`, { least: 0 });
  checkInteger(step, `${place}.step`, { least: 0 });
  const { epoch: bestEpoch, figure } = record(best, `${place}.best`);
  checkInteger(bestEpoch, `${place}.best.epoch`, { least: 0 });
  if (figure !== null) checkNumber(figure, `${place}.best.figure`);
  for (const [i, entry] of list(history, `${place}.history`).entries()) {
    const { epoch: recorded, trainLoss } = record(entry, `${place}.history[${i}]`);
    checkInteger(recorded, `${place}.history[${i}].epoch`, { least: 0 });
    if (trainLoss !== null) checkNumber(trainLoss, `${place}.history[${i}].trainLoss`);
  }
  if (untouched !== undefined) record(untouched, `${place}.untouched`);
  const names = list(groups, `${place}.groups`).map((group, i) => {
    const { name, lengths } = record(group, `${place}.groups[${i}]`);
    if (typeof name !== "string" || !/^(tensors|best|moment:.*)$/s.test(name)) {
      refuse(`${place}.groups[${i}].name`, '"tensors", "best" or "moment:" and a name', name);
    }
    for (const [k, length] of list(lengths, `${place}.groups[${i}].lengths`).entries()) {
      checkInteger(length, `${place}.groups[${i}].lengths[${k}]`, { least: 0, most: 2 ** 31 });
    }
    return name;
  });
  if (!names.includes("tensors")) refuse(`${place}.groups`, 'groups with "tensors"', names);
}

function record(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(place, "an object", value);
  }
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(place, "a list", value);
  return value as readonly unknown[];
}
