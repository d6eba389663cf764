import { refuse } from "../base/checks.js";
import { createMatrix, type Matrix } from "../math/matrix.js";
import type { Adapter, AdapterSide } from "./adapter.js";
import { checkAdapter } from "./check.js";
import { readMetadata, writeMetadata } from "./metadata-strings.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "./safetensors.js";

const format = "embedtune-adapter";
const version = "1";
/** Beyond this products of values leave single precision, and what is adapted is no number: such a file is damaged. */
const largest = 1e15;

/**
 * An adapter as safetensors bytes, readable by Python's `safetensors` too. Tensors, all F32: `query.center` [d],
 * `query.weights` [d, k], `query.left` [d, r], `query.right` [r, d], the same for `passage`; what is absent is the
 * identity, and a matrix that both sides share is written once, as `shared.…`. Strings in `__metadata__`.
 *
 * @throws RangeError when the adapter's parts do not fit together.
 */
export function encodeAdapter(adapter: Adapter): Uint8Array {
  checkAdapter(adapter, "encodeAdapter");
  const { query, passage, metadata } = adapter;
  const tensors: Record<string, Tensor> = {};
  const put = (name: string, a: Matrix | undefined, b: Matrix | undefined): void => {
    const tensor = ({ rows, cols, data }: Matrix): Tensor => ({ shape: [rows, cols], data });
    if (a !== undefined && a === b) {
      tensors[`shared.${name}`] = tensor(a);
      return;
    }
    if (a !== undefined) tensors[`query.${name}`] = tensor(a);
    if (b !== undefined) tensors[`passage.${name}`] = tensor(b);
  };
  for (const side of ["query", "passage"] as const) {
    const { center } = adapter[side];
    if (center !== null) tensors[`${side}.center`] = { shape: [center.length], data: center };
  }
  put("weights", query.weights ?? undefined, passage.weights ?? undefined);
  put("left", query.lowRank?.left, passage.lowRank?.left);
  put("right", query.lowRank?.right, passage.lowRank?.right);

  const strings: Record<string, string> = {
    format,
    version,
    input_dimensions: String(adapter.inputDimensions),
    output_dimensions: String(adapter.outputDimensions),
    ...writeMetadata(metadata),
  };
  return encodeSafetensors({ tensors, metadata: strings });
}

/**
 * Reads what {@link encodeAdapter} wrote.
 *
 * @throws RangeError when the bytes are no safetensors, no adapter of this format, an adapter of a later version, or
 *   hold parts that do not fit together or are not finite.
 */
export function decodeAdapter(bytes: Uint8Array): Adapter {
  return readAdapter(bytes, "decodeAdapter");
}

/** {@link decodeAdapter} for a place of its own: the public function that was called, or the file that was read. */
export function readAdapter(bytes: Uint8Array, place: string): Adapter {
  const { tensors, metadata: strings } = decodeSafetensors(bytes, place);
  if (strings.format !== format) {
    refuse(`${place}: metadata "format"`, `"${format}"`, strings.format);
  }
  if (strings.version !== version) {
    refuse(`${place}: metadata "version"`, `"${version}" for this release`, strings.version);
  }
  for (const name of Object.keys(tensors)) {
    if (
      !/^(?:(?:query|passage)\.center|(?:query|passage|shared)\.(?:weights|left|right))$/.test(name)
    ) {
      throw new RangeError(`${place}: tensors must be those of an adapter, received "${name}"`);
    }
  }
  const values = (key: string): Float32Array => {
    const { data } = tensors[key];
    if (!(data instanceof Float32Array)) {
      throw new RangeError(`${place}: ${key} must be of the dtype F32, received another`);
    }
    const large = data.find((value) => Math.abs(value) > largest);
    if (large !== undefined) refuse(`${place}: ${key}`, `of values up to ${largest}`, large);
    return data;
  };
  const shared = new Map<string, Matrix>();
  const matrix = (side: string, name: string): Matrix | null => {
    const key = `${side}.${name}` in tensors ? `${side}.${name}` : `shared.${name}`;
    if (!(key in tensors)) return null;
    const known = shared.get(key);
    if (known !== undefined) return known;
    const { shape } = tensors[key];
    if (shape.length !== 2) {
      throw new RangeError(`${place}: ${key} must have 2 dimensions, received ${shape.length}`);
    }
    const result = createMatrix(shape[0], shape[1], values(key));
    shared.set(key, result);
    return result;
  };
  const readSide = (side: "query" | "passage"): AdapterSide => {
    const center = `${side}.center` in tensors ? values(`${side}.center`) : null;
    const weights = matrix(side, "weights");
    const left = matrix(side, "left");
    const right = matrix(side, "right");
    if ((left === null) !== (right === null)) {
      const name = left === null ? "right" : "left";
      throw new RangeError(
        `${place}: ${side} must have both left and right or none, received ${name}`,
      );
    }
    return left !== null && right !== null
      ? { center, weights, lowRank: { left, right } }
      : { center, weights };
  };
  const adapter: Adapter = {
    inputDimensions: readCount(strings, "input_dimensions", place),
    outputDimensions: readCount(strings, "output_dimensions", place),
    query: readSide("query"),
    passage: readSide("passage"),
    metadata: readMetadata(strings, place),
  };
  checkAdapter(adapter, place);
  return adapter;
}

function readCount(strings: Readonly<Record<string, string>>, name: string, place: string): number {
  const text: string | undefined = strings[name];
  if (text === undefined || !/^[1-9][0-9]{0,8}$/.test(text)) {
    return refuse(`${place}: metadata "${name}"`, "an integer >= 1", text);
  }
  return Number(text);
}
