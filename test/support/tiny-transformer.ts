import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The model's words and the vector it gives each. */
export const tinyVectors: Readonly<Record<string, readonly number[]>> = {
  "[PAD]": [9, 9, 9],
  "[UNK]": [-1, -1, -1],
  red: [1, 0, 0],
  green: [0, 2, 0],
  blue: [0, 0, 4],
};

/**
 * Writes the smallest model that `@huggingface/transformers` loads: a tokenizer of five words, and an ONNX graph that
 * looks up each token's vector. A text's embedding is then the mean of its words' vectors.
 */
export function writeTinyTransformer(directory: string): void {
  const words = Object.keys(tinyVectors);
  const json = (name: string, value: unknown): void => {
    writeFileSync(join(directory, name), JSON.stringify(value));
  };
  mkdirSync(join(directory, "onnx"), { recursive: true });
  json("config.json", { model_type: "bert", architectures: ["BertModel"], hidden_size: 3 });
  json("tokenizer_config.json", {
    tokenizer_class: "BertTokenizer",
    model_max_length: 16,
    pad_token: "[PAD]",
    unk_token: "[UNK]",
  });
  json("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: words.slice(0, 2).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  });
  writeFileSync(join(directory, "onnx", "model.onnx"), tinyGraph());
}

/** Protocol buffers: a field is its number and wire type, then a varint (0) or a length and bytes (2). */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
const integer = (field: number, value: number): number[] => [
  ...varint(field << 3),
  ...varint(value),
];
const bytes = (field: number, value: Iterable<number>): number[] => {
  const content = [...value];
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
};
const text = (field: number, value: string): number[] => bytes(field, Buffer.from(value));

/** onnx.proto: a graph of one Gather from a table of vectors. */
function tinyGraph(): Uint8Array {
  const rows = Object.values(tinyVectors);
  const [float, int64] = [1, 7];
  const value = (name: string, type: number, dims: readonly (string | number)[]): number[] => {
    const shape = dims.flatMap((dim) =>
      bytes(1, typeof dim === "string" ? text(2, dim) : integer(1, dim)),
    );
    const tensor = [...integer(1, type), ...bytes(2, shape)];
    return [...text(1, name), ...bytes(2, bytes(1, tensor))];
  };
  const table = [
    ...integer(1, rows.length),
    ...integer(1, 3),
    ...integer(2, float),
    ...text(8, "table"),
    ...bytes(9, new Uint8Array(Float32Array.from(rows.flat()).buffer)),
  ];
  const gather = [
    ...text(1, "table"),
    ...text(1, "input_ids"),
    ...text(2, "last_hidden_state"),
    ...text(4, "Gather"),
  ];
  const graph = [
    ...bytes(1, gather),
    ...text(2, "tiny"),
    ...bytes(5, table),
    ...bytes(11, value("input_ids", int64, ["batch", "length"])),
    ...bytes(11, value("attention_mask", int64, ["batch", "length"])),
    ...bytes(12, value("last_hidden_state", float, ["batch", "length", 3])),
  ];
  const opset = integer(2, 13);
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...bytes(8, opset)]);
}
