import type { AdapterSide } from "../../adapter/adapter.js";
import { loadAdapter } from "../../adapter/files.js";
import { isIdentitySide } from "../../adapter/identity-side.js";
import { multiply } from "../../math/multiply.js";
import { listing, type Finding } from "./finding.js";

/** What an adapter was made for and from, and how far it is from changing nothing. */
export async function inspectAdapter(path: string): Promise<Finding> {
  const adapter = await loadAdapter(path);
  const { inputDimensions, outputDimensions, metadata } = adapter;
  const sides = { query: describeSide(adapter.query), passage: describeSide(adapter.passage) };
  const { parameters = {}, metrics = {}, calibration } = metadata;
  const numbers = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
      .join(", ");
  const optional = (name: string, value: string | number | undefined): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, String(value)]];
  return {
    result: { kind: "adapter", path, inputDimensions, outputDimensions, sides, metadata },
    lines: [
      ...listing([
        ["adapter", path],
        ["method", metadata.method],
        ["made for", metadata.embedder ?? "unknown embedder"],
        ["dimensions", `${inputDimensions} to ${outputDimensions}`],
        ["query side", sides.query.sentence],
        ["passage side", sides.passage.sentence],
        ...optional("parameters", numbers(parameters)),
        ...optional("figures", numbers(metrics)),
        ...optional("threshold", metadata.threshold),
        ...optional("calibration", calibration?.method),
        ...optional("training data", metadata.trainingData),
        ...optional("engine", metadata.engine),
        ...optional("made", metadata.created),
        ...optional("verdict", metadata.verdict),
      ]),
      ...(metadata.sentence === undefined ? [] : ["", metadata.sentence]),
    ],
  };
}

interface SideFinding {
  readonly map: "identity" | "matrix" | "low rank";
  /** Frobenius norm of the map's difference to the identity; `null` where it changes the number of dimensions. */
  readonly differenceToIdentity: number | null;
  /** Length of what is subtracted first. */
  readonly centerLength: number;
  readonly sentence: string;
}

function describeSide(side: AdapterSide): SideFinding {
  const { center, weights, lowRank } = side;
  const centerLength = center === null ? 0 : norm(center);
  if (isIdentitySide(side)) {
    return { map: "identity", differenceToIdentity: 0, centerLength, sentence: "unchanged" };
  }
  const centred =
    center === null ? "" : `, after subtracting a center of length ${short(centerLength)}`;
  if (lowRank !== null && lowRank !== undefined) {
    const difference = norm(multiply(lowRank.left, lowRank.right).data);
    return {
      map: "low rank",
      differenceToIdentity: difference,
      centerLength,
      sentence: `identity plus rank ${lowRank.left.cols}, ${short(difference)} from the identity${centred}`,
    };
  }
  if (weights === null) {
    return {
      map: "identity",
      differenceToIdentity: 0,
      centerLength,
      sentence: `identity${centred}`,
    };
  }
  const { rows, cols, data } = weights;
  if (rows !== cols) {
    return {
      map: "matrix",
      differenceToIdentity: null,
      centerLength,
      sentence: `a ${rows} × ${cols} matrix${centred}`,
    };
  }
  const difference = norm(data.map((value, i) => value - (i % (cols + 1) === 0 ? 1 : 0)));
  return {
    map: "matrix",
    differenceToIdentity: difference,
    centerLength,
    sentence: `a ${rows} × ${cols} matrix, ${short(difference)} from the identity, which itself has norm ${short(Math.sqrt(rows))}${centred}`,
  };
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function norm(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
