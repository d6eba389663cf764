import { refuse } from "../../base/checks.js";
import { readNpyArray } from "./npy.js";

/**
 * Ids from NumPy's .npy bytes, a 1-D array of integers, exact whatever their size, or of texts.
 *
 * @param name Named in errors, e.g. the path.
 * @throws RangeError for another array.
 */
export function decodeNpyIds(bytes: Uint8Array, name: string): string[] {
  const { descr, shape, start } = readNpyArray(bytes, name);
  const [, order = "", kind = "", size = ""] = /^([<>=|])([iuUS])(\d+)$/.exec(descr ?? "") ?? [];
  const width = Number(size) * (kind === "U" ? 4 : 1);
  const isInteger = kind === "i" || kind === "u";
  if (kind === "" || (isInteger && ![1, 2, 4, 8].includes(width))) {
    refuse(`${name}: dtype of ids`, "an integer or a text", descr);
  }
  const [rows] = shape;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    refuse(`${name}: the ids`, "an array of one axis", `(${shape.join(", ")})`);
  }
  if (bytes.length - start !== rows * width) {
    refuse(`${name}: ${rows} ids`, `${rows * width} bytes`, bytes.length - start);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const little = order !== ">";
  return Array.from({ length: rows }, (_, i) => {
    const at = i * width;
    if (kind === "S") return textOf(bytes.subarray(start + at, start + at + width), name);
    if (kind === "U") {
      let text = "";
      for (let k = 0; k < width; k += 4) {
        const code = view.getUint32(at + k, little);
        if (code === 0) break;
        if (code > 0x10ffff) refuse(`${name}: id ${i}`, "characters of Unicode", code);
        text += String.fromCodePoint(code);
      }
      return text;
    }
    return String(readInteger(view, at, width, kind === "i", little));
  });
}

function readInteger(
  view: DataView,
  at: number,
  width: number,
  signed: boolean,
  little: boolean,
): number | bigint {
  switch (width) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return signed ? view.getInt16(at, little) : view.getUint16(at, little);
    case 4:
      return signed ? view.getInt32(at, little) : view.getUint32(at, little);
    default:
      return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
  }
}

/** NumPy pads texts with zeros. */
function textOf(bytes: Uint8Array, name: string): string {
  const end = bytes.indexOf(0);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      end < 0 ? bytes : bytes.subarray(0, end),
    );
  } catch {
    return refuse(`${name}: ids`, "UTF-8", "other bytes");
  }
}
