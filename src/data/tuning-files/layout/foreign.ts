import { DataError } from "../../data-error.js";

interface Foreign {
  readonly starts: string; // a character a byte
  readonly at?: number;
  readonly what: string;
  readonly remedy: string;
}

const asCsv = "save its sheet as CSV (UTF-8)";
const asText = "save its texts as JSON lines, CSV or plain text";
const unpack = "unpack it first";

/** What people have beside the file they mean, known by its first bytes. */
const foreigners: readonly Foreign[] = [
  { starts: "%PDF", what: "a PDF", remedy: asText },
  { starts: "\xd0\xcf\x11\xe0", what: "an old Office file", remedy: asCsv },
  { starts: "{\\rtf", what: "an RTF document", remedy: asText },
  { starts: "BZh", what: "bzip2", remedy: `${unpack} (bunzip2), or use gzip` },
  { starts: "\xfd7zXZ", what: "xz", remedy: `${unpack} (unxz), or use gzip` },
  { starts: "7z\xbc\xaf", what: "a 7-Zip archive", remedy: unpack },
  { starts: "Rar!", what: "a RAR archive", remedy: unpack },
  { starts: "ustar", at: 257, what: "a tar archive", remedy: `${unpack} (tar -xf)` },
  { starts: "\x93NUMPY", what: "NumPy's vectors", remedy: "name the file of their texts" },
  { starts: "SQLite format 3", what: "an SQLite database", remedy: "export the table as CSV" },
  { starts: "ARROW1", what: "an Arrow file", remedy: "write it as parquet or JSON lines" },
  { starts: "Obj\x01", what: "an Avro file", remedy: "write it as parquet or JSON lines" },
  { starts: "\x89PNG", what: "a picture", remedy: asText },
  { starts: "\xff\xd8\xff", what: "a picture", remedy: asText },
  { starts: "GIF8", what: "a picture", remedy: asText },
];

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
  const latin1 = Array.from(head.subarray(0, 4096), (byte) => String.fromCharCode(byte)).join("");
  for (const { starts, at = 0, what, remedy } of foreigners) {
    if (latin1.startsWith(starts, at)) refuse(what, remedy);
  }
  if (latin1.startsWith("PK\x03\x04")) {
    if (/\.(?:xls[xmb]|ods)$/i.test(source) || /xl\/|spreadsheet/.test(latin1)) {
      refuse("a workbook of a spreadsheet program", asCsv);
    }
    if (/word\//.test(latin1) || /\.docx$/i.test(source)) refuse("a Word document", asText);
    refuse("a zip archive", unpack);
  }
  if (/^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(latin1.replace(/^\xef\xbb\xbf/, ""))) {
    refuse(
      "an HTML page",
      "download the data themselves (was a sign-in or an error page saved in their place?)",
    );
  }
  if (/^\s*<\?xml\b/.test(latin1)) refuse("XML", asText);
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
