import {
  integerField,
  joinFields,
  messageField,
  textField,
  type Field,
} from "../../base/binary/protobuf.js";

/**
 * A model of a single matrix product (the operator Gemm) in the ONNX format, written by hand: a protocol buffer of a few
 * dozen bytes. Field numbers are those of onnx.proto3.
 */
export function productModel(transposeA: boolean, transposeB: boolean): Uint8Array<ArrayBuffer> {
  const node = messageField(1, [
    textField(1, "A"),
    textField(1, "B"),
    textField(2, "Y"),
    textField(4, "Gemm"),
    integerAttribute("transA", transposeA ? 1 : 0),
    integerAttribute("transB", transposeB ? 1 : 0),
  ]);
  const graph = messageField(7, [
    node,
    textField(2, "product"),
    messageField(11, matrixInfo("A")),
    messageField(11, matrixInfo("B")),
    messageField(12, matrixInfo("Y")),
  ]);
  return joinFields([integerField(1, 8), graph, messageField(8, [integerField(2, 13)])]);
}

/** A single-precision matrix of any size. */
function matrixInfo(name: string): Field[] {
  const dimension = (suffix: string): Field => messageField(1, [textField(2, `${name}${suffix}`)]);
  const shape = messageField(2, [dimension("Rows"), dimension("Cols")]);
  const tensor = messageField(1, [integerField(1, 1), shape]); // element type 1: float
  return [textField(1, name), messageField(2, [tensor])];
}

function integerAttribute(name: string, value: number): Field {
  const type = integerField(20, 2); // attribute type 2: integer
  return messageField(5, [textField(1, name), integerField(3, value), type]);
}
