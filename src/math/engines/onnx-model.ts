import {
  bytesField,
  integerField,
  joinFields,
  messageField,
  textField,
  type Field,
} from "../../base/binary/protobuf.js";

/*
 * Models in the ONNX format, written by hand: protocol buffers of a few hundred bytes. Field numbers are those of onnx.proto3.
 */

/** A single matrix product, Y = op(A) · op(B), by the operator Gemm; added to C, Y = op(A) · op(B) + C, where `adds`. */
export function productModel(
  transposeA: boolean,
  transposeB: boolean,
  adds = false,
): Uint8Array<ArrayBuffer> {
  const transposes = { transA: Number(transposeA), transB: Number(transposeB) };
  const inputs = ["A", "B", ...(adds ? ["C"] : [])];
  return model([node("Gemm", inputs, "Y", transposes)], inputs, { Y: [2] });
}

/**
 * Of Y = A · Bᵀ the groups of `width` neighbouring columns, of which B has a whole number, whose greatest value is no less than the row's
 * of L: their values H, and in I their rows and numbers. S is the sum of each row of Y.
 */
export function highScoresModel(width: number): Uint8Array<ArrayBuffer> {
  const nodes = [
    node("Gemm", ["A", "B"], "Y", { transA: 0, transB: 1 }),
    node("ReduceSum", ["Y"], "S", { axes: [1], keepdims: 0 }),
    node("Reshape", ["Y", "R"], "G"),
    node("ReduceMax", ["G"], "M", { axes: [2], keepdims: 0 }),
    node("Less", ["M", "L"], "K"),
    node("Not", ["K"], "N"),
    node("NonZero", ["N"], "I"),
    node("Transpose", ["I"], "J", { perm: [1, 0] }),
    node("GatherND", ["G", "J"], "H"),
  ];
  // Zero keeps a dimension, -1 is what is left.
  const shape = { name: "R", values: [0, -1, width] };
  return model(nodes, ["A", "B", "L"], { S: [1], H: [2], I: [2, INT64] }, [shape]);
}

const FLOAT = 1;
const INT64 = 7;

interface Constant {
  readonly name: string;
  readonly values: readonly number[];
}

/** T = Aᵀ. */
export function transposeModel(): Uint8Array<ArrayBuffer> {
  return model([node("Transpose", ["A"], "T")], ["A"], { T: [2] });
}

/** Of matrices to tensors of so many dimensions and such a type, by the operators as version 12 has them: later ones take axes otherwise. */
function model(
  nodes: readonly Field[],
  inputs: readonly string[],
  outputs: Readonly<Record<string, readonly [rank: number, type?: number]>>,
  constants: readonly Constant[] = [],
): Uint8Array<ArrayBuffer> {
  const graph = messageField(7, [
    ...nodes,
    textField(2, "product"),
    ...constants.map(constant),
    ...inputs.map((name) => messageField(11, tensorInfo(name, 2))),
    ...Object.entries(outputs).map(([name, of]) => messageField(12, tensorInfo(name, ...of))),
  ]);
  return joinFields([integerField(1, 7), graph, messageField(8, [integerField(2, 12)])]);
}

/** A list of integers. */
function constant({ name, values }: Constant): Field {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  const [size, type] = [integerField(1, values.length), integerField(2, INT64)];
  return messageField(5, [size, type, textField(8, name), bytesField(9, [bytes])]);
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Field {
  return messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);
}

/** A tensor of any size. */
function tensorInfo(name: string, rank: number, type = FLOAT): Field[] {
  const sizes = Array.from({ length: rank }, (_, i) =>
    messageField(1, [textField(2, `${name}${i}`)]),
  );
  const tensor = messageField(1, [integerField(1, type), messageField(2, sizes)]);
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
