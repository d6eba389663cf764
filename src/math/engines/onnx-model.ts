import {
  integerField,
  joinFields,
  messageField,
  textField,
  type Field,
} from "../../base/binary/protobuf.js";

/*
 * Models in the ONNX format, written by hand: protocol buffers of a few hundred bytes. Field numbers are those of onnx.proto3.
 */

/** A single matrix product, Y = op(A) · op(B), by the operator Gemm. */
export function productModel(transposeA: boolean, transposeB: boolean): Uint8Array<ArrayBuffer> {
  const transposes = { transA: Number(transposeA), transB: Number(transposeB) };
  return model([node("Gemm", ["A", "B"], "Y", transposes)], ["A", "B"], { Y: 2 });
}

/** Y = A · Bᵀ, M (1 × m × ⌈n / width⌉) the greatest of every `width` columns of Y, S the sum of each row. */
export function scoresModel(width: number): Uint8Array<ArrayBuffer> {
  const nodes = [
    node("Gemm", ["A", "B"], "Y", { transA: 0, transB: 1 }),
    node("Unsqueeze", ["Y"], "U", { axes: [0] }),
    node("MaxPool", ["U"], "M", { kernel_shape: [width], strides: [width], ceil_mode: 1 }),
    node("ReduceSum", ["Y"], "S", { axes: [1], keepdims: 0 }),
  ];
  return model(nodes, ["A", "B"], { Y: 2, M: 3, S: 1 });
}

/** Of matrices to tensors of so many dimensions, by the operators as version 12 has them: later ones take axes otherwise. */
function model(
  nodes: readonly Field[],
  inputs: readonly string[],
  outputs: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const graph = messageField(7, [
    ...nodes,
    textField(2, "product"),
    ...inputs.map((name) => messageField(11, tensorInfo(name, 2))),
    ...Object.entries(outputs).map(([name, rank]) => messageField(12, tensorInfo(name, rank))),
  ]);
  return joinFields([integerField(1, 7), graph, messageField(8, [integerField(2, 12)])]);
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>>,
): Field {
  return messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);
}

/** A single-precision tensor of any size. */
function tensorInfo(name: string, rank: number): Field[] {
  const sizes = Array.from({ length: rank }, (_, i) =>
    messageField(1, [textField(2, `${name}${i}`)]),
  );
  const tensor = messageField(1, [integerField(1, 1), messageField(2, sizes)]); // element type 1: float
  return [textField(1, name), messageField(2, [tensor])];
}

/** An integer (type 2) or a list of them (type 7). */
function attribute(name: string, value: number | readonly number[]): Field {
  const values =
    typeof value === "number"
      ? [integerField(3, value), integerField(20, 2)]
      : [...value.map((each) => integerField(8, each)), integerField(20, 7)];
  return messageField(5, [textField(1, name), ...values]);
}
