import { DataError } from "../data-error.js";
import { concatBytes } from "./lines.js";
import { openSource, sourceName, type OpenSourceOptions, type Source } from "./open-source.js";

interface Foreign {
  readonly starts: string; // a character a byte
  readonly at?: number;
  readonly what: string;
  readonly remedy: string;
}

type ForeignKind = Pick<Foreign, "what" | "remedy">;

/** As many bytes as what most kinds begin with; a pipe may hand over fewer at a time. */
const headLength = 16;

const asCsv = "save its sheet as CSV (UTF-8)";
const asText = "save its texts as JSON lines, CSV or plain text";
const unpack = "unpack it first";

/** What people have beside the file they mean, known by its first bytes. */
const foreigners: readonly Foreign[] = [
  { starts: "%PDF", what: "a PDF", remedy: asText },
  { starts: "\xd0\xcf\x11\xe0", what: "an old Office file", remedy: asCsv },
  { starts: "{\\rtf", what: "an RTF document", remedy: asText },
  { starts: "PAR1", what: "parquet", remedy: "readTuningFiles reads it, or write JSON lines" },
  { starts: "BZh", what: "bzip2", remedy: `${unpack} (bunzip2), or use gzip` },
  { starts: "\xfd7zXZ", what: "xz", remedy: `${unpack} (unxz), or use gzip` },
  { starts: "7z\xbc\xaf", what: "a 7-Zip archive", remedy: unpack },
  { starts: "Rar!", what: "a RAR archive", remedy: unpack },
  { starts: "ustar", at: 257, what: "a tar archive", remedy: `${unpack} (tar -xf)` },
  { starts: "\x93NUMPY", what: "NumPy's vectors", remedy: "name the file of their texts" },
  { starts: "SQLite format 3", what: "an SQLite database", remedy: "export the table as CSV" },
  { starts: "ARROW1", what: "an Arrow file", remedy: "write it as parquet or JSON lines" },
  { starts: "\x89HDF", what: "an HDF5 file", remedy: "write it as parquet or JSON lines" },
  { starts: "\x04\x22M\x18", what: "LZ4", remedy: `${unpack} (unlz4), or use gzip` },
  { starts: "Obj\x01", what: "an Avro file", remedy: "write it as parquet or JSON lines" },
  { starts: "\x89PNG", what: "a picture", remedy: asText },
  { starts: "\xff\xd8\xff", what: "a picture", remedy: asText },
  { starts: "GIF8", what: "a picture", remedy: asText },
];

/**
 * The bytes of a source of records, as {@link openSource} gives them.
 *
 * @throws DataError also for what is known by its first bytes to be of another kind, with the remedy.
 */
export async function* openRecordSource(
  source: Source,
  options?: OpenSourceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const name = sourceName(source);
  let head: Uint8Array | undefined = new Uint8Array(); // until it tells
  for await (const chunk of openSource(source, options)) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : concatBytes([head, chunk]);
    if (head.length < headLength) continue;
    refuseKind(foreignKind(latin1Of(head), name), name);
    yield head;
    head = undefined;
  }
  if (head === undefined) return;
  refuseKind(foreignKind(latin1Of(head), name), name);
  if (head.length > 0) yield head;
}

function refuseKind(foreign: ForeignKind | undefined, source: string): void {
  if (foreign === undefined) return;
  const { what, remedy } = foreign;
  throw new DataError({ source }, `the file must be JSON, CSV or TSV, received ${what}; ${remedy}`);
}

function latin1Of(head: Uint8Array): string {
  return Array.from(head.subarray(0, 4096), (byte) => String.fromCharCode(byte)).join("");
}

/** What a file is that begins so and holds no records; `undefined` where it may hold some. */
function foreignKind(latin1: string, source: string): ForeignKind | undefined {
  const known = foreigners.find(({ starts, at = 0 }) => latin1.startsWith(starts, at));
  if (known !== undefined) return known;
  if (latin1.startsWith("PK\x03\x04")) {
    if (/\.(?:xls[xmb]|ods)$/i.test(source) || /xl\/|spreadsheet/.test(latin1)) {
      return { what: "a workbook of a spreadsheet program", remedy: asCsv };
    }
    if (/word\//.test(latin1) || /\.docx$/i.test(source)) {
      return { what: "a Word document", remedy: asText };
    }
    return { what: "a zip archive", remedy: unpack };
  }
  if (/^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(latin1.replace(/^\xef\xbb\xbf/, ""))) {
    const remedy =
      "download the data themselves (was a sign-in or an error page saved in their place?)";
    return { what: "an HTML page", remedy };
  }
  return /^\s*<\?xml\b/.test(latin1) ? { what: "XML", remedy: asText } : undefined;
}

/**
 * @param head The first bytes, as they are.
 * @throws DataError for what holds no records of text, with the remedy.
 */
export function refuseForeign(head: Uint8Array, source: string): void {
  const refuse = (what: string, remedy: string): never => {
    throw new DataError(
      { source },
      `the file must be JSON lines, CSV, TSV, parquet or text, received ${what}; ${remedy}`,
    );
  };
  const latin1 = latin1Of(head);
  const foreign = foreignKind(latin1, source);
  if (foreign !== undefined) refuse(foreign.what, foreign.remedy);
  const zeros = [0, 0]; // at even and at odd places
  for (let i = 0; i < latin1.length; i++) if (latin1[i] === "\0") zeros[i % 2]++;
  const [most, least] = [Math.max(...zeros), Math.min(...zeros)];
  if (most > latin1.length / 5 && least === 0) {
    const encoding = zeros[0] > 0 ? "UTF-16BE" : "UTF-16LE";
    refuse(
      "UTF-16 without a byte order mark",
      `convert it, e.g. iconv -f ${encoding} -t UTF-8 old > new`,
    );
  }
  if (most > 0) refuse("binary data", asText);
}
