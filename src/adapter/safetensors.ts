import { refuse } from "../base/checks.js";

/**
 * The safetensors container: 8 bytes little-endian header length, a JSON header that gives each tensor's dtype, shape
 * and byte range, then the bytes. Only F32 tensors are written and read: an adapter has no others.
 * https://github.com/huggingface/safetensors#format
 */

/** A named block of single-precision numbers. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on its header, bytes. */
const maxHeaderBytes = 100_000_000;

/** Writes tensors and string metadata as safetensors bytes; equal input gives equal bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  let json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const spaces = new Uint8Array(padded).fill(0x20);
  spaces.set(json);
  json = spaces;

  const bytes = new Uint8Array(8 + padded + size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i], true);
  }
  return bytes;
}

/**
 * Reads safetensors bytes.
 *
 * @param place The public function that was called, or the file that was read.
 * @throws RangeError naming what is wrong: too short, a header that is no JSON object, an unknown dtype, a shape that
 *   does not match its byte range, ranges that overlap, leave gaps or pass the end.
 */
export function decodeSafetensors(bytes: Uint8Array, place: string): Safetensors {
  if (bytes.length < 8) {
    throw new RangeError(
      `${place}: a safetensors file must have 8 bytes, received ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  const longest = Math.min(maxHeaderBytes, bytes.length - 8);
  if (headerLength > BigInt(longest)) {
    throw new RangeError(
      `${place}: the safetensors header must fit into ${longest} bytes, received ${headerLength} bytes`,
    );
  }
  const start = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, start), place);
  const metadata = readStrings("__metadata__" in header ? header.__metadata__ : {}, place);
  const ranges = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readRange(name, entry, `${place}: tensor "${name}"`));
  checkGapless(ranges, bytes.length - start, place);

  // Without a prototype, so that a hostile name such as "__proto__" is a name like any other.
  const tensors = Object.create(null) as Record<string, Tensor>;
  for (const { name, shape, begin, end } of ranges) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + begin + 4 * i, true);
    tensors[name] = { shape, data };
  }
  return { tensors, metadata };
}

/** A tensor as the header describes it: bytes `begin` to `end` (exclusive) after the header. */
interface TensorRange {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseHeader(bytes: Uint8Array, place: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RangeError(
      `${place}: the safetensors header must be JSON, received ${bytes.length} bytes of something else`,
      { cause },
    );
  }
  return isRecord(header)
    ? header
    : refuse(`${place}: the safetensors header`, "a JSON object", header);
}

function readStrings(entry: unknown, place: string): Record<string, string> {
  if (!isRecord(entry)) return refuse(`${place}: __metadata__`, "an object", entry);
  const strings = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") return refuse(`${place}: metadata "${key}"`, "a string", value);
    strings[key] = value;
  }
  return strings;
}

function readRange(name: string, entry: unknown, place: string): TensorRange {
  if (!isRecord(entry)) return refuse(place, "an object", entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32") refuse(`${place}: dtype`, '"F32"', dtype);
  if (!isCounts(shape)) return refuse(`${place}: shape`, "a list of integers >= 0", shape);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return refuse(`${place}: data_offsets`, "two integers >= 0", offsets);
  }
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, 4);
  if (end - begin !== size) {
    throw new RangeError(
      `${place} of shape [${shape.join(", ")}] must have ${size} bytes, received ${end - begin}`,
    );
  }
  return { name, shape, begin, end };
}

/** Refuses ranges that overlap, leave a gap or do not fill the bytes after the header. */
function checkGapless(ranges: readonly TensorRange[], size: number, place: string): void {
  let at = 0;
  for (const { name, begin, end } of ranges.toSorted(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== at) {
      throw new RangeError(
        `${place}: tensor "${name}" must begin at byte ${at}, received ${begin}`,
      );
    }
    at = end;
  }
  if (at !== size) {
    throw new RangeError(`${place}: tensors must fill the ${size} bytes, received ${at}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
