/**
 * A model of a single matrix product (the operator Gemm) in the ONNX format, written by hand: a protocol buffer of a few
 * dozen bytes. Field numbers are those of onnx.proto3.
 */
export function productModel(transposeA: boolean, transposeB: boolean): Uint8Array<ArrayBuffer> {
  const node = [
    ...text(1, "A"),
    ...text(1, "B"),
    ...text(2, "Y"),
    ...text(4, "Gemm"),
    ...message(5, integerAttribute("transA", transposeA ? 1 : 0)),
    ...message(5, integerAttribute("transB", transposeB ? 1 : 0)),
  ];
  const graph = [
    ...message(1, node),
    ...text(2, "product"),
    ...message(11, matrixInfo("A")),
    ...message(11, matrixInfo("B")),
    ...message(12, matrixInfo("Y")),
  ];
  const opset = integer(2, 13);
  return Uint8Array.from([...integer(1, 8), ...message(7, graph), ...message(8, opset)]);
}

/** A single-precision matrix of any size. */
function matrixInfo(name: string): number[] {
  const dimension = (suffix: string): number[] => message(1, text(2, `${name}${suffix}`));
  const shape = [...dimension("Rows"), ...dimension("Cols")];
  const tensor = [...integer(1, 1), ...message(2, shape)]; // element type 1: float
  return [...text(1, name), ...message(2, message(1, tensor))];
}

function integerAttribute(name: string, value: number): number[] {
  return [...text(1, name), ...integer(3, value), ...integer(20, 2)]; // attribute type 2: integer
}

function integer(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

/** A length-delimited field. */
function message(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
