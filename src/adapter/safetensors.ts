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
 * @throws RangeError naming what is wrong: too short, a header that is no JSON object, an unknown dtype, a shape that
 *   does not match its byte range, ranges that overlap, leave gaps or pass the end.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const fail = (reason: string): never => {
    throw new RangeError(`safetensors: ${reason}`);
  };
  if (bytes.length < 8) fail(`expected at least 8 bytes, received ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(maxHeaderBytes, bytes.length - 8))) {
    fail(`header of ${headerLength} bytes does not fit a file of ${bytes.length} bytes`);
  }
  const start = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, start), fail);

  // Without a prototype, so that a hostile name such as "__proto__" is a name like any other.
  const metadata = Object.create(null) as Record<string, string>;
  const found: { name: string; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) return fail(`entry "${name}" must be an object`);
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== "string") return fail(`metadata "${key}" must be a string`);
        metadata[key] = value;
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    if (dtype !== "F32") fail(`tensor "${name}" must be F32, received ${JSON.stringify(dtype)}`);
    if (!isCounts(shape)) return fail(`tensor "${name}" has a malformed shape`);
    if (!isCounts(offsets) || offsets.length !== 2) {
      return fail(`tensor "${name}" has malformed data_offsets`);
    }
    const [begin, end] = offsets;
    const size = shape.reduce((product, length) => product * length, 4);
    if (end - begin !== size) {
      fail(
        `tensor "${name}" of shape [${shape.join(", ")}] needs ${size} bytes, received ${end - begin}`,
      );
    }
    found.push({ name, shape, begin, end });
  }

  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of found) {
    if (begin !== at) fail(`tensor "${name}" begins at byte ${begin}, expected ${at}`);
    at = end;
  }
  if (start + at !== bytes.length) {
    fail(`tensors take ${at} bytes, received ${bytes.length - start}`);
  }

  const tensors = Object.create(null) as Record<string, Tensor>;
  for (const { name, shape, begin, end } of found) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + begin + 4 * i, true);
    tensors[name] = { shape, data };
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, fail: (reason: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RangeError("safetensors: the header is not JSON", { cause });
  }
  return isRecord(header) ? header : fail("the header must be a JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
