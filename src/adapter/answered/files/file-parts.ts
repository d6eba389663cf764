import { refuse } from "../../../base/checks.js";
import { createMatrix, type Matrix } from "../../../math/matrix.js";
import { decodeSafetensors, type Safetensors, type Tensor } from "../../safetensors.js";

/** Reads the tensors of a file by name and dtype; what is missing or of another form is refused by name. */
export interface FileReader {
  readonly strings: Readonly<Record<string, string | undefined>>;
  has(name: string): boolean;
  matrix(name: string): Matrix;
  sums(name: string): Float64Array;
  counts(name: string): Uint32Array;
  texts(name: string): string[];
  /** A metadata string that holds JSON; whoever asks checks what it is. */
  json(name: string): unknown;
}

/**
 * Texts as a tensor of bytes: a JSON list in UTF-8. The header, whose size is limited, could not hold those of a large
 * table. JSON keeps every string whole, half a surrogate pair too.
 */
export function textsTensor(texts: readonly string[]): Tensor<Uint8Array> {
  const data = new TextEncoder().encode(JSON.stringify(texts));
  return { shape: [data.length], data };
}

export function matrixTensor({ rows, cols, data }: Matrix): Tensor<Float32Array> {
  return { shape: [rows, cols], data };
}

/**
 * @param place The public function that was called, or the file that was read.
 * @throws RangeError when the bytes are no safetensors, of another format or version, or hold tensors of other names.
 */
export function readFileParts(
  bytes: Uint8Array,
  place: string,
  { format, version, names }: { format: string; version: string; names: readonly string[] },
): FileReader {
  const { tensors, metadata: strings }: Safetensors = decodeSafetensors(bytes, place);
  if (strings.format !== format) {
    refuse(`${place}: metadata "format"`, `"${format}"`, strings.format);
  }
  if (strings.version !== version) {
    refuse(`${place}: metadata "version"`, `"${version}" for this release`, strings.version);
  }
  for (const name of Object.keys(tensors)) {
    if (!names.includes(name)) refuse(`${place}: tensors`, `of ${names.join(", ")}`, name);
  }
  const tensor = (name: string): Tensor =>
    name in tensors ? tensors[name] : refuse(`${place}: tensor "${name}"`, "given", undefined);
  const dtype = (name: string, wanted: string): never =>
    refuse(`${place}: tensor "${name}"`, `of the dtype ${wanted}`, "another");
  return {
    strings,
    has: (name) => name in tensors,
    matrix(name) {
      const { shape, data } = tensor(name);
      if (!(data instanceof Float32Array)) return dtype(name, "F32");
      if (shape.length !== 2) {
        throw new RangeError(
          `${place}: tensor "${name}" must have 2 dimensions, received ${shape.length}`,
        );
      }
      return createMatrix(shape[0], shape[1], data);
    },
    sums(name) {
      const { data } = tensor(name);
      return data instanceof Float64Array ? data : dtype(name, "F64");
    },
    counts(name) {
      const { data } = tensor(name);
      return data instanceof Uint32Array ? data : dtype(name, "U32");
    },
    texts(name) {
      const { data } = tensor(name);
      if (!(data instanceof Uint8Array)) return dtype(name, "U8");
      let list: unknown;
      try {
        list = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
      } catch (cause) {
        throw new RangeError(
          `${place}: tensor "${name}" must be JSON, received ${data.length} bytes of something else`,
          { cause },
        );
      }
      // Whether each of them is a string is asked where rows and ids are held against each other.
      return Array.isArray(list) ? list : refuse(`${place}: tensor "${name}"`, "a list", list);
    },
    json(name) {
      const text = strings[name] as string | undefined;
      try {
        return JSON.parse(text ?? "") as unknown;
      } catch (cause) {
        const received = text === undefined ? "nothing" : JSON.stringify(text);
        throw new RangeError(
          `${place}: metadata "${name}" must be a JSON object, received ${received}`,
          { cause },
        );
      }
    },
  };
}
