import { checkChoice, refuse } from "../base/checks.js";

/**
 * The safetensors container: 8 bytes little-endian header length, a JSON header that gives each tensor's dtype, shape
 * and byte range, then the bytes. Read and written are the dtypes that this library uses: F32, F64, U32 and U8.
 * https://github.com/huggingface/safetensors#format
 */

/** A named block of numbers, of the dtype of its array. */
export interface Tensor<T extends TensorData = TensorData> {
  readonly shape: readonly number[];
  readonly data: T;
}

export type TensorData = Float32Array | Float64Array | Uint32Array | Uint8Array;

type Dtype = "F32" | "F64" | "U32" | "U8";

export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on its header, bytes. */
const maxHeaderBytes = 100_000_000;

const bytesOf: Readonly<Record<Dtype, number>> = { F32: 4, F64: 8, U32: 4, U8: 1 };
const dtypes = /* @__PURE__ */ Object.keys(bytesOf) as Dtype[];

function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  return data instanceof Uint32Array ? "U32" : "U8";
}

/** Writes tensors and string metadata as safetensors bytes; equal input gives equal bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [size, size + data.byteLength] };
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
    writeValues(view, at, data);
    at += data.byteLength;
  }
  return bytes;
}

/** Little-endian, whatever the machine. */
function writeValues(view: DataView, start: number, data: TensorData): void {
  let at = start;
  if (data instanceof Float32Array) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i], true);
  } else if (data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++, at += 8) view.setFloat64(at, data[i], true);
  } else if (data instanceof Uint32Array) {
    for (let i = 0; i < data.length; i++, at += 4) view.setUint32(at, data[i], true);
  } else {
    for (let i = 0; i < data.length; i++, at++) view.setUint8(at, data[i]);
  }
}

function readValues(view: DataView, start: number, end: number, dtype: Dtype): TensorData {
  const length = (end - start) / bytesOf[dtype];
  let at = start;
  if (dtype === "F32") {
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++, at += 4) data[i] = view.getFloat32(at, true);
    return data;
  }
  if (dtype === "F64") {
    const data = new Float64Array(length);
    for (let i = 0; i < length; i++, at += 8) data[i] = view.getFloat64(at, true);
    return data;
  }
  if (dtype === "U32") {
    const data = new Uint32Array(length);
    for (let i = 0; i < length; i++, at += 4) data[i] = view.getUint32(at, true);
    return data;
  }
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++, at++) data[i] = view.getUint8(at);
  return data;
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
  for (const { name, dtype, shape, begin, end } of ranges) {
    tensors[name] = { shape, data: readValues(view, start + begin, start + end, dtype) };
  }
  return { tensors, metadata };
}

/** A tensor as the header describes it: bytes `begin` to `end` (exclusive) after the header. */
interface TensorRange {
  readonly name: string;
  readonly dtype: Dtype;
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
  checkChoice(dtype, `${place}: dtype`, dtypes);
  if (!isCounts(shape)) return refuse(`${place}: shape`, "a list of integers >= 0", shape);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return refuse(`${place}: data_offsets`, "two integers >= 0", offsets);
  }
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, bytesOf[dtype]);
  if (end - begin !== size) {
    throw new RangeError(
      `${place} of shape [${shape.join(", ")}] must have ${size} bytes, received ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
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
