import { checkChoice } from "../../base/checks.js";
import {
  bytesField,
  integerField,
  joinFields,
  messageField,
  textField,
  type Field,
} from "../../base/binary/protobuf.js";
import type { Matrix } from "../../math/matrix.js";
import type { Adapter, AdapterSide } from "../adapter.js";
import { checkAdapter } from "../check.js";
import { writeMetadata } from "../metadata-strings.js";

export interface OnnxOptions {
  /** Which of the adapter's two maps: a model has one. */
  readonly side: "query" | "passage";
  /** Scale each result to length 1, as `applyAdapter` does. @default true */
  readonly normalize?: boolean | undefined;
}

/** The operators below mean the same in all later opsets but for where `axes` stands. */
const opset = 13;
const irVersion = 8;
const input = "vectors";
const output = "adapted";

/**
 * One side of an adapter as an ONNX model that gives what `applyAdapter` gives, to single precision, in any runtime of ONNX:
 * input `vectors`, float32 [rows, d], any number of rows of any length; output `adapted`, float32 [rows, k]; opset 13, IR
 * version 8. Its `metadata_props` are the adapter's strings, with `applied_side`. A row of zeros, which `applyAdapter`
 * refuses, comes out as NaN, and so does one with a NaN.
 *
 * @throws RangeError when the side is neither, or the adapter's parts do not fit together.
 */
export function encodeOnnx(adapter: Adapter, options: OnnxOptions): Uint8Array<ArrayBuffer> {
  // Whoever comes without types forgets the side first.
  const { side, normalize = true } = (options ?? {}) as OnnxOptions;
  checkChoice(side, "encodeOnnx: side", ["query", "passage"]);
  checkAdapter(adapter, "encodeOnnx");
  const graph = createGraph();
  // A row of zeros is divided by zero, so that it cannot pass for a vector.
  const unit = toLengthOne(graph, input, "input", { zerosStay: false });
  const mapped = affineMap(graph, adapter[side], unit);
  const result = normalize ? toLengthOne(graph, mapped, "output", { zerosStay: true }) : mapped;
  graph.node("Identity", [result], output);

  const strings: Readonly<Record<string, string>> = {
    format: "embedtune-adapter",
    applied_side: side,
    ...writeMetadata(adapter.metadata),
  };
  return joinFields([
    integerField(1, irVersion),
    textField(2, "embedtune"),
    messageField(7, [
      ...graph.nodes,
      textField(2, `${side} side`),
      ...graph.constants,
      messageField(11, vectorsInfo(input, adapter.inputDimensions)),
      messageField(12, vectorsInfo(output, adapter.outputDimensions)),
    ]),
    messageField(8, [integerField(2, opset)]),
    ...Object.entries(strings).map(([key, value]) =>
      messageField(14, [textField(1, key), textField(2, value)]),
    ),
  ]);
}

/** Nodes and constants as they are named; a value is known by its name. */
interface Graph {
  /** Adds a node and gives the name of its result. */
  node(
    operator: string,
    inputs: readonly string[],
    result: string,
    attributes?: readonly Field[],
  ): string;
  /** Adds a tensor and gives its name. */
  constant(name: string, shape: readonly number[], values: Float32Array): string;
  readonly nodes: readonly Field[];
  readonly constants: readonly Field[];
}

function createGraph(): Graph {
  const nodes: Field[] = [];
  const constants: Field[] = [];
  return {
    nodes,
    constants,
    node(operator, inputs, result, attributes = []) {
      nodes.push(
        messageField(1, [
          ...inputs.map((name) => textField(1, name)),
          textField(2, result),
          textField(4, operator),
          ...attributes,
        ]),
      );
      return result;
    },
    constant(name, shape, values) {
      constants.push(
        messageField(5, [
          ...shape.map((length) => integerField(1, length)),
          integerField(2, 1), // data type 1: float
          textField(8, name),
          bytesField(9, [littleEndian(values)]),
        ]),
      );
      return name;
    },
  };
}

/** (x - center) · weights. */
function affineMap(graph: Graph, { center, weights, lowRank }: AdapterSide, unit: string): string {
  const put = (name: string, { rows, cols, data }: Matrix): string =>
    graph.constant(name, [rows, cols], data);
  const centered =
    center === null
      ? unit
      : graph.node("Sub", [unit, graph.constant("center", [center.length], center)], "centered");
  if (weights !== null) return graph.node("MatMul", [centered, put("weights", weights)], "mapped");
  // Of rank 0 it is the identity; runtimes need not know products of nothing.
  if (lowRank === null || lowRank === undefined || lowRank.left.cols === 0) return centered;
  const reduced = graph.node("MatMul", [centered, put("left", lowRank.left)], "reduced");
  const change = graph.node("MatMul", [reduced, put("right", lowRank.right)], "change");
  return graph.node("Add", [centered, change], "mapped");
}

/**
 * Each row over its length. It is first divided by its largest magnitude, so that no square overflows or vanishes: the
 * length is then at least 1.
 */
function toLengthOne(
  graph: Graph,
  value: string,
  prefix: string,
  { zerosStay }: { readonly zerosStay: boolean },
): string {
  const alongRow = [integersAttribute("axes", [1]), integerAttribute("keepdims", 1)];
  const magnitude = graph.node("Abs", [value], `${prefix}.magnitude`);
  const largest = graph.node("ReduceMax", [magnitude], `${prefix}.largest`, alongRow);
  const scale = (least: number, of: string, name: string): string =>
    zerosStay
      ? graph.node(
          "Max",
          [of, graph.constant(`${name}.least`, [1], Float32Array.of(least))],
          `${name}.kept`,
        )
      : of;
  const smallestNormal = 2 ** -126;
  const scaled = graph.node(
    "Div",
    [value, scale(smallestNormal, largest, `${prefix}.largest`)],
    `${prefix}.scaled`,
  );
  const length = graph.node("ReduceL2", [scaled], `${prefix}.length`, alongRow);
  return graph.node("Div", [scaled, scale(1, length, `${prefix}.length`)], `${prefix}.unit`);
}

/** float32 [rows, columns], any number of rows. */
function vectorsInfo(name: string, columns: number): Field[] {
  const shape = messageField(2, [
    messageField(1, [textField(2, "rows")]),
    messageField(1, [integerField(1, columns)]),
  ]);
  return [
    textField(1, name),
    messageField(2, [messageField(1, [integerField(1, 1), shape])]), // element type 1: float
  ];
}

function integerAttribute(name: string, value: number): Field {
  return messageField(5, [textField(1, name), integerField(3, value), integerField(20, 2)]); // type 2: integer
}

function integersAttribute(name: string, values: readonly number[]): Field {
  return messageField(5, [
    textField(1, name),
    ...values.map((value) => integerField(8, value)),
    integerField(20, 7), // type 7: integers
  ]);
}

/** The values as the format wants them, whatever the machine. */
function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return bytes;
}
