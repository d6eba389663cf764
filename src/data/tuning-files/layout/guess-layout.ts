import type { Delimiter } from "../../pairs/cut-row.js";
import { leadingRows } from "../../pairs/delimited-rows.js";
import { isKnownName } from "../field-names.js";
import type { TuningFileFormat } from "../types.js";

/** How the records of a file lie. */
export type Layout =
  | { readonly kind: "parquet" }
  /** Values line by line. */
  | { readonly kind: "jsonl" }
  /** An array of objects, or objects that take several lines each. */
  | { readonly kind: "json" }
  | { readonly kind: "table"; readonly delimiter: Delimiter }
  /** A passage per line. */
  | { readonly kind: "lines" };

export interface Head {
  /** The beginning of the text; of a whole file where `ended`. */
  readonly text: string;
  readonly ended: boolean;
  readonly name: string;
}

/** Guesses how a file lies: from what it begins with, then from its name. */
export function guessLayout(head: Head, format: TuningFileFormat | undefined): Layout {
  switch (format) {
    case "jsonl":
    case "json":
    case "parquet":
      return { kind: format };
    case "dpr":
      return { kind: "json" };
    case "txt":
      return { kind: "lines" };
    case "tsv":
      return { kind: "table", delimiter: "\t" };
    case "csv":
      return { kind: "table", delimiter: guessDelimiter(head).delimiter };
    default:
  }
  if (head.text.startsWith("PAR1")) return { kind: "parquet" };
  const ending = /\.([a-z0-9]+)$/.exec(head.name.toLowerCase().replace(/\.(gz|zst)$/, ""))?.[1];
  const json = guessJson(head, ending);
  if (json !== undefined) return { kind: json };
  const { delimiter, known, columns } = guessDelimiter(head);
  if (known > 1) return { kind: "table", delimiter };
  switch (ending) {
    case "csv":
    case "tsv":
    case "tab":
    case "psv":
      return { kind: "table", delimiter };
    case "jsonl":
    case "ndjson":
    case "json":
      return { kind: "jsonl" }; // refused by line
    case "txt":
    case "md":
      return { kind: "lines" };
    default:
      return columns > 1 ? { kind: "table", delimiter } : { kind: "lines" };
  }
}

function guessJson(
  { text, ended }: Head,
  ending: string | undefined,
): "json" | "jsonl" | undefined {
  const start = text.trimStart();
  if (!/^[{[]/.test(start)) return undefined;
  const end = start.indexOf("\n");
  const line = end < 0 ? (ended ? start : undefined) : start.slice(0, end);
  const value = line === undefined ? undefined : parsed(line);
  if (Array.isArray(value)) return typeof value[0] === "string" ? "jsonl" : "json";
  if (typeof value === "object" && value !== null) return "jsonl";
  if (ending === "jsonl" || ending === "ndjson") return "jsonl";
  // Text may begin with a bracket too; an object's or an array's beginning does not look like it.
  return ending === "json" || /^(?:\{\s*(?:"|\}|$)|\[\s*(?:[{\]]|$))/.test(start)
    ? "json"
    : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const delimiters: readonly Delimiter[] = [",", ";", "\t", "|"];

interface DelimiterGuess {
  readonly delimiter: Delimiter;
  /** Names of the header that tell what their column is. */
  readonly known: number;
  readonly columns: number;
}

/**
 * The delimiter under which the first row has the most names that are known, then the rows are the most alike, then there
 * are the most columns. Excel's own first line `sep=;` decides.
 */
function guessDelimiter({ text, ended }: Head): DelimiterGuess {
  const said = /^sep=(.)\r?\n/i.exec(text);
  const rest = said === null ? text : text.slice(said[0].length);
  const guesses = delimiters.map((delimiter) => {
    const rows = leadingRows(rest, delimiter, ended).slice(0, 100);
    const header = rows.length === 0 ? [] : rows[0].filter((name) => name.trim() !== "");
    const alike = rows.filter((row) => row.length === rows[0].length).length;
    return {
      delimiter,
      known: header.filter(isKnownName).length,
      columns: header.length,
      alike: rows.length === 0 ? 0 : alike / rows.length,
    };
  });
  const given = guesses.find(({ delimiter }) => delimiter === said?.[1]);
  if (given !== undefined) return given;
  return guesses.reduce((best, guess) => {
    const better =
      Number(guess.columns > 1) - Number(best.columns > 1) ||
      guess.known - best.known ||
      guess.alike - best.alike ||
      guess.columns - best.columns;
    return better > 0 ? guess : best;
  });
}
