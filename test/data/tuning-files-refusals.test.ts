import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTuningFiles } from "../../src/data/tuning-files/read-tuning-files.js";
import type { ReadTuningFilesOptions } from "../../src/data/tuning-files/types.js";

const j = (...records: unknown[]): string =>
  records.map((record) => JSON.stringify(record)).join("\n");
const q = { query: "a", passage: "b" };
const B = {
  "corpus.jsonl": j({ _id: "d", text: "x" }),
  "queries.jsonl": j({ _id: "q", text: "y" }),
};
const z = gzipSync(
  j(...Array.from({ length: 3000 }, (_, i) => ({ query: `q${i}`, passage: `p${Math.sin(i)}` }))),
);

type Wrong = [
  what: string,
  message: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  paths: unknown,
  options?: unknown,
];

/** What people do wrong, and the one sentence that names the remedy. Paths are those of the case's own folder. */
const wrong: readonly Wrong[] = [
  [
    "a file that is not there, and names those that are",
    "DataError: fqa.csv: there is no such file; the folder has faq.csv, notes.md",
    { "faq.csv": "a", "notes.md": "" },
    "fqa.csv",
  ],
  [
    "a file in a folder that is not there",
    "DataError: data/x.csv: there is no such file, nor the folder data; check the path",
    {},
    "data/x.csv",
  ],
  [
    "a file where there is none",
    "DataError: x.csv: there is no such file; check the path",
    {},
    "x.csv",
  ],
  [
    "a pattern that matches nothing",
    "DataError: *.csv: the pattern must match a file, received none",
    {},
    "*.csv",
  ],
  [
    "an empty file",
    "DataError: a.csv: the file is empty: it has no records; name one that has",
    { "a.csv": "" },
    "a.csv",
  ],
  [
    "a file of blanks",
    "DataError: a.csv: the file is empty: it has no records; name one that has",
    { "a.csv": " \n\n" },
    "a.csv",
  ],
  [
    "a file of a byte order mark",
    "DataError: a.csv: the file is empty: it has no records; name one that has",
    { "a.csv": "\ufeff" },
    "a.csv",
  ],
  [
    "binary data",
    "DataError: a.csv: the file must be JSON lines, CSV, TSV, parquet or text, received binary data; save its texts as JSON lines, CSV or plain text",
    { "a.csv": Buffer.of(1, 0, 2, 0, 0, 3, 200) },
    "a.csv",
  ],
  [
    "a PDF, whatever its name",
    "DataError: a.csv: the file must be JSON lines, CSV, TSV, parquet or text, received a PDF; save its texts as JSON lines, CSV or plain text",
    { "a.csv": "%PDF-1.4" },
    "a.csv",
  ],
  [
    "a workbook",
    "DataError: a.xlsx: the file must be JSON lines, CSV, TSV, parquet or text, received a workbook of a spreadsheet program; save its sheet as CSV (UTF-8)",
    { "a.xlsx": "PK\x03\x04aaaa" },
    "a.xlsx",
  ],
  [
    "a zip archive",
    "DataError: a.zip: the file must be JSON lines, CSV, TSV, parquet or text, received a zip archive; unpack it first",
    { "a.zip": "PK\x03\x04aaaa" },
    "a.zip",
  ],
  [
    "an old workbook",
    "DataError: a.xls: the file must be JSON lines, CSV, TSV, parquet or text, received an old Office file; save its sheet as CSV (UTF-8)",
    { "a.xls": Buffer.from("d0cf11e0a1b11ae1", "hex") },
    "a.xls",
  ],
  [
    "an HTML page saved as CSV",
    "DataError: a.csv: the file must be JSON lines, CSV, TSV, parquet or text, received an HTML page; download the data themselves (was a sign-in or an error page saved in their place?)",
    { "a.csv": "\n<!DOCTYPE html><html>" },
    "a.csv",
  ],
  [
    "XML",
    "DataError: a.csv: the file must be JSON lines, CSV, TSV, parquet or text, received XML; save its texts as JSON lines, CSV or plain text",
    { "a.csv": "<?xml version='1.0'?>" },
    "a.csv",
  ],
  [
    "vectors",
    "DataError: a.npy: the file must be JSON lines, CSV, TSV, parquet or text, received NumPy's vectors; name the file of their texts",
    { "a.npy": Buffer.from("\x93NUMPY\x01\x00", "latin1") },
    "a.npy",
  ],
  [
    "a database",
    "DataError: a.db: the file must be JSON lines, CSV, TSV, parquet or text, received an SQLite database; export the table as CSV",
    { "a.db": "SQLite format 3\0" },
    "a.db",
  ],
  [
    "bzip2",
    "DataError: a.csv.bz2: the file must be JSON lines, CSV, TSV, parquet or text, received bzip2; unpack it first (bunzip2), or use gzip",
    { "a.csv.bz2": "BZh91AY" },
    "a.csv.bz2",
  ],
  [
    "a truncated gzip file",
    "DataError: a.jsonl.gz:2961: the gzip data ends early (an unfinished download?); fetch the file again",
    { "a.jsonl.gz": z.subarray(0, z.length - 500) },
    "a.jsonl.gz",
  ],
  [
    "a gzip file that is hardly there",
    "DataError: a.jsonl.gz:1: the gzip data ends early (an unfinished download?); fetch the file again",
    { "a.jsonl.gz": z.subarray(0, 12) },
    "a.jsonl.gz",
  ],
  [
    "a name that promises gzip",
    "DataError: a.jsonl.gz: the name ends in .gz, but the content is not gzip; rename the file",
    { "a.jsonl.gz": j(q) },
    "a.jsonl.gz",
  ],
  [
    "a truncated parquet file",
    "DataError: a.parquet: cannot read parquet: the file must end in PAR1, received other bytes; write or fetch the file again",
    { "a.parquet": "PAR1aaaaaaaaaaaaaaaaaaaaaa" },
    "a.parquet",
  ],
  [
    "a header alone",
    "DataError: a.csv: the table must have a header such as query,passage and rows below it, received the one row query, passage",
    { "a.csv": "query,passage\n" },
    "a.csv",
  ],
  [
    "questions in place of a header",
    "DataError: a.csv:1: the first row must name the columns, received How do I cancel?, In your account.; add a header such as query,passage above it",
    { "a.csv": "How do I cancel?,In your account.\nWhere is it?,There.\n" },
    "a.csv",
  ],
  [
    "data in place of a header",
    'DataError: a.tsv: the columns must tell the query and the passage, received what is x, x is a letter; let the first row be a header such as query,passage, or say which is which, e.g. columns: { query: "what is x", passage: "x is a letter" } (--query-column, --passage-column)',
    { "a.tsv": "what is x\tx is a letter\nwho\tme\n" },
    "a.tsv",
  ],
  [
    "one row without a header",
    "DataError: a.tsv: the table must have a header such as query,passage and rows below it, received the one row what is x, x is a letter",
    { "a.tsv": "what is x\tx is a letter\n" },
    "a.tsv",
  ],
  [
    "one column",
    'DataError: a.csv: the columns must tell the passage, received query; say which is which, e.g. columns: { passage: "…" } (--passage-column)',
    { "a.csv": "query\na\n" },
    "a.csv",
  ],
  [
    "one column of another name",
    'DataError: a.csv: the columns must tell the query and the passage, received foo; let the first row be a header such as query,passage, or say which is which, e.g. columns: { query: "foo", passage: "…" } (--query-column, --passage-column)',
    { "a.csv": "foo\na\n" },
    "a.csv",
  ],
  [
    "columns of unknown names",
    'DataError: a.csv: the columns must tell the query and the passage, received foo, bar; let the first row be a header such as query,passage, or say which is which, e.g. columns: { query: "foo", passage: "bar" } (--query-column, --passage-column)',
    { "a.csv": "foo,bar\na,b\n" },
    "a.csv",
  ],
  [
    "fields of unknown names",
    'DataError: a.jsonl: the fields must tell the query and the passage, received foo, messages; say which is which, e.g. columns: { query: "foo", passage: "messages" } (--query-column, --passage-column)',
    { "a.jsonl": j({ foo: 1, messages: [] }) },
    "a.jsonl",
  ],
  [
    "the label yes",
    'DataError: a.csv:2: label must be 0 or 1, received "yes"; write 1 where the passage answers the query and 0 where not, or name grades by columns: { grade: "label" } (--grade-column)',
    { "a.csv": "query,passage,label\na,b,yes\n" },
    "a.csv",
  ],
  [
    "a similarity in place of a label",
    'DataError: a.jsonl:1: label must be 0 or 1, received 0.9; write 1 where the passage answers the query and 0 where not, or name grades by columns: { grade: "label" } (--grade-column)',
    { "a.jsonl": j({ ...q, label: 0.9 }) },
    "a.jsonl",
  ],
  [
    "a grade below 0",
    "DataError: a.jsonl:1: grade must be a number >= 0, received -1; write 0 for a passage that does not answer",
    { "a.jsonl": j({ ...q, grade: -1 }) },
    "a.jsonl",
  ],
  [
    "a column that is not there",
    'DataError: a.csv: columns.query must name a column, received "Frge"; the file has Frage, Text',
    { "a.csv": "Frage,Text\na,b\n" },
    "a.csv",
    { columns: { query: "Frge", passage: "Text" } },
  ],
  [
    "a role that does not exist",
    'RangeError: readTuningFiles: a name of columns must be "query", "passage", "label", "grade", "group", "negative", "id", "title" or "text", received "question"',
    { "a.csv": "Frage,Text\na,b\n" },
    "a.csv",
    { columns: { question: "Frage" } },
  ],
  [
    "a name in place of columns",
    'RangeError: readTuningFiles: columns must be an object such as { query: "Frage" }, received "Frage"',
    { "a.csv": "Frage,Text\na,b\n" },
    "a.csv",
    { columns: "Frage" },
  ],
  [
    "a number in place of a name",
    "RangeError: readTuningFiles: columns.query must be a name, received 3",
    { "a.csv": "Frage,Text\na,b\n" },
    "a.csv",
    { columns: { query: 3 } },
  ],
  [
    "one column for two roles",
    "DataError: a.csv: the query and the passage must be two columns, received Frage for both; name another by columns",
    { "a.csv": "Frage,Text\na,b\n" },
    "a.csv",
    { columns: { query: "Frage", passage: "frage" } },
  ],
  [
    "two fields that may be the passage",
    'DataError: a.jsonl: the passage must be in one field, received answer and context; say which by columns: { passage: "answer" } (--passage-column)',
    { "a.jsonl": j({ question: "a", answer: "b", context: "c" }) },
    "a.jsonl",
  ],
  [
    "a header that names a column twice",
    "DataError: a.csv:1: the header must name every column once, received query, passage, passage; rename one",
    { "a.csv": "query,passage,passage\na,b,c\n" },
    "a.csv",
  ],
  [
    "an empty folder",
    "DataError: d: the folder must hold corpus.jsonl, queries.jsonl and qrels (BEIR), files of records (*.jsonl, *.json, *.csv, *.tsv, *.parquet) or documents (*.md, *.txt), received .x",
    { "d/.x": "" },
    "d",
  ],
  [
    "a folder of pictures",
    "DataError: d: the folder must hold corpus.jsonl, queries.jsonl and qrels (BEIR), files of records (*.jsonl, *.json, *.csv, *.tsv, *.parquet) or documents (*.md, *.txt), received a.png, b.png",
    { "d/a.png": "", "d/b.png": "" },
    "d",
  ],
  [
    "pairs and passages read together",
    "DataError: b.jsonl: files that are read together must hold the same, received passages here and pairs in a.jsonl; read them apart, or give the passages as the corpus (corpus, --corpus)",
    { "a.jsonl": j(q), "b.jsonl": j({ id: "1", text: "x" }) },
    ["a.jsonl", "b.jsonl"],
  ],
  [
    "passages and pairs read together",
    "DataError: a.jsonl: files that are read together must hold the same, received pairs here and passages in b.txt; read them apart, or give the passages as the corpus (corpus, --corpus)",
    { "a.jsonl": j(q), "b.txt": "x\ny" },
    ["b.txt", "a.jsonl"],
  ],
  [
    "ids that do not exist",
    'DataError: a.csv:2: the passage must be the id of a passage of the corpus, received "1"; 2 of 2 ids are not there, so give the corpus that belongs to these pairs',
    { "a.csv": "query,passage_id\na,1\nb,2\n", "c.jsonl": j({ id: "x", text: "x" }) },
    "a.csv",
    { corpus: "c.jsonl" },
  ],
  [
    "ids without a corpus",
    'DataError: a.csv: the passages are given by id (passage_id), so a corpus must be given too: corpus: "corpus.jsonl" (--corpus), with the fields id and text',
    { "a.csv": "query,passage_id\na,1\nb,2\n" },
    "a.csv",
  ],
  [
    "ids for a corpus without ids",
    'DataError: a.csv: the passages are given by id (passage_id), so the corpus must have ids, received none; say which column by columns: { id: "…" } (--id-column)',
    { "a.csv": "query,passage_id\na,1\n", "c.txt": "x" },
    "a.csv",
    { corpus: "c.txt" },
  ],
  [
    "a BEIR folder without judgements",
    "DataError: .: a BEIR folder must have judgements in qrels/train.tsv (query-id, corpus-id, score), received none; add them, or give corpus.jsonl alone to learn without labels",
    B,
    ".",
  ],
  [
    "a BEIR folder without a corpus",
    "DataError: corpus.jsonl: there is no such file; the folder has queries.jsonl",
    { "queries.jsonl": B["queries.jsonl"], "qrels/test.tsv": "q\td\t1" },
    ".",
  ],
  [
    "a split that is not there",
    'DataError: qrels: split must be one of test, received "tets"',
    { ...B, "qrels/test.tsv": "q\td\t1" },
    ".",
    { split: "tets" },
  ],
  [
    "judgements of another set",
    'DataError: qrels/test.tsv:1: query-id must be that of a query, received "a"; 1 of 1 judgements name what is not there, so put files of one set together',
    { ...B, "qrels/test.tsv": "a\tb\t1" },
    ".",
  ],
  [
    "a BEIR folder beside a file",
    "DataError: .: a BEIR folder must be read alone, received other files too; leave them out (the corpus is in it)",
    { ...B, "qrels/test.tsv": "a\tb\t1", "a.txt": "x" },
    [".", "a.txt"],
  ],
  [
    "a judgement that is no number",
    'DataError: qrels/test.tsv:2: score must be a number, received "yes"; write 0 for not relevant, else a grade',
    { ...B, "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq\td\tyes" },
    ".",
  ],
  [
    "judgements with unknown columns",
    "DataError: qrels/test.tsv:1: the columns must be query-id, corpus-id and score, received query-id, foo, score",
    { ...B, "qrels/test.tsv": "query-id\tfoo\tscore\nq\td\t1" },
    ".",
  ],
  [
    "a file in place of a BEIR folder",
    "DataError: a.csv: a BEIR folder must hold corpus.jsonl, queries.jsonl and qrels, received something else; name the folder itself",
    { "a.csv": "query,passage\na,b" },
    "a.csv",
    { format: "beir" },
  ],
  [
    "Windows-1252 in CSV",
    "DataError: a.csv:3: the text must be UTF-8, received other bytes; convert the file first, e.g. iconv -f WINDOWS-1252 -t UTF-8 old > new",
    { "a.csv": Buffer.from("query,passage\na,b\ncaf\xe9,b\n", "latin1") },
    "a.csv",
  ],
  [
    "Windows-1252 in JSON lines",
    "DataError: a.jsonl:2: the text must be UTF-8, received other bytes; convert the file first, e.g. iconv -f WINDOWS-1252 -t UTF-8 old > new",
    { "a.jsonl": Buffer.from(j(q) + '\n{"query":"caf\xe9"}', "latin1") },
    "a.jsonl",
  ],
  [
    "Windows-1252 in text",
    "DataError: a.txt:2: the text must be UTF-8, received other bytes; convert the file first, e.g. iconv -f WINDOWS-1252 -t UTF-8 old > new",
    { "a.txt": Buffer.from("a\nb\xe9\n", "latin1") },
    "a.txt",
  ],
  [
    "Windows-1252 in a document",
    "DataError: d/a.md:2: the text must be UTF-8, received other bytes; convert the file first, e.g. iconv -f WINDOWS-1252 -t UTF-8 old > new",
    { "d/a.md": Buffer.from("a\nb\xe9\n", "latin1") },
    "d",
  ],
  [
    "UTF-16 without its mark",
    "DataError: a.csv: the file must be JSON lines, CSV, TSV, parquet or text, received UTF-16 without a byte order mark; convert it, e.g. iconv -f UTF-16LE -t UTF-8 old > new",
    { "a.csv": Buffer.from("query,passage\na,b\n", "utf16le") },
    "a.csv",
  ],
  [
    "an undoubled quote",
    'DataError: a.csv:2: a quote inside a quoted field must be doubled (""), received "\\"what is \\"l"',
    { "a.csv": 'query,passage\n"what is "love"",b\n' },
    "a.csv",
  ],
  [
    "a quote that is never closed",
    'DataError: a.csv:3: a quote is opened and never closed; close it, or double it ("") where it is text',
    { "a.csv": 'query,passage\na,b\nc,"d\ne,f\n' },
    "a.csv",
  ],
  [
    "a comma outside quotes",
    'DataError: a.csv:2: the row must have 2 fields like the header, received 3; put a cell that holds "," in quotes',
    { "a.csv": "query,passage\na,b, and c\n" },
    "a.csv",
  ],
  [
    "a broken line",
    "DataError: a.jsonl:2: not valid JSON: Unexpected end of JSON input; a record must be whole, each on a line of its own",
    { "a.jsonl": j(q) + '\n{"query":' },
    "a.jsonl",
  ],
  [
    "a broken array",
    'DataError: a.json:1: the file ends before the "]" of its array (an unfinished download?); fetch it again',
    { "a.json": '[{"query":"a","passage":"b"},' },
    "a.json",
  ],
  [
    "Python's NaN",
    'DataError: a.jsonl:1: not valid JSON: Unexpected token \'N\', ..."","label":NaN}" is not valid JSON; write null in place of NaN or Infinity',
    { "a.jsonl": '{"query":"a","passage":"b","label":NaN}' },
    "a.jsonl",
  ],
  [
    "an object in place of a text",
    'DataError: a.jsonl:1: passage must be a text, received {"html":"x"}; name a field that holds one by columns',
    { "a.jsonl": j({ query: "a", passage: { html: "x" } }) },
    "a.jsonl",
  ],
  [
    "a document around the records",
    'DataError: a.json: the fields must tell the query and the passage, received version, data; say which is which, e.g. columns: { query: "version", passage: "data" } (--query-column, --passage-column)',
    { "a.json": JSON.stringify({ version: 1, data: [] }) },
    "a.json",
  ],
  [
    "an array of numbers",
    'DataError: a.json:1: the file must be an array of JSON objects, received "1"',
    { "a.json": "[1,2]" },
    "a.json",
  ],
  [
    "positives and negatives without a query",
    'DataError: a.jsonl: the fields must tell the query, received positive, negative; say which is which, e.g. columns: { query: "…" } (--query-column)',
    { "a.jsonl": j({ positive: "b", negative: "c" }) },
    "a.jsonl",
  ],
  [
    "texts with a class",
    'DataError: a.csv: the columns must tell whether texts are queries or passages, received text, label; say columns: { query: "text", passage: "label" } (--query-column, --passage-column) where a text asks for its label, or columns: { text: "text" } (--text-column) for a corpus',
    { "a.csv": "text,label\na,7\n" },
    "a.csv",
  ],
  [
    "passages with a corpus beside them",
    'DataError: a.txt: the file must hold pairs where a corpus is given beside it, received passages without queries; say which column is the query by columns: { query: "…" } (--query-column), or leave the corpus out',
    { "a.txt": "x", "b.txt": "y" },
    "a.txt",
    { corpus: "b.txt" },
  ],
  [
    "a corpus without texts",
    'DataError: b.jsonl: the fields must tell the text, received question; say which is which, e.g. columns: { text: "…" } (--text-column)',
    { "a.jsonl": j(q), "b.jsonl": j({ question: "x" }) },
    "a.jsonl",
    { corpus: "b.jsonl" },
  ],
  [
    "rows none of which is whole",
    "DataError: a.csv: the file must hold a query with a passage, received none (1 record without a query was passed over: a.csv:3.)",
    { "a.csv": "query,passage\na,\n,b\nc,\n" },
    "a.csv",
  ],
  [
    "the same file twice",
    "DataError: a.csv: the file must be named once, received it twice",
    { "a.csv": "query,passage\na,b\n" },
    ["a.csv", "a.csv"],
  ],
  [
    "an id whose digits JSON has lost",
    "DataError: a.jsonl:1: id must be a text or an integer with all its digits, received 5328212470870865000; write ids in quotes",
    { "a.jsonl": '{"id":5.328212470870865242e18,"text":"x"}' },
    "a.jsonl",
  ],
  [
    "an id that comes twice",
    'DataError: a.jsonl:2: id must be another in every record, received "1" again; rename or remove one',
    { "a.jsonl": j({ id: 1, text: "x" }, { id: 1, text: "y" }) },
    "a.jsonl",
  ],
  [
    "an id that is missing",
    'DataError: a.jsonl:2: id must be given in every record, received nothing; fill it in, or name another column by columns: { id: "…" } (--id-column)',
    { "a.jsonl": j({ id: 1, text: "x" }, { text: "y" }) },
    "a.jsonl",
  ],
  [
    "a format that does not exist",
    'RangeError: readTuningFiles: format must be "beir", "dpr", "jsonl", "json", "csv", "tsv", "parquet" or "txt", received "xls"',
    { "a.csv": "" },
    "a.csv",
    { format: "xls" },
  ],
  [
    "CSV said to be parquet",
    "DataError: a.csv: the file must be parquet, received other bytes; leave the format out",
    { "a.csv": "a,b\n" },
    "a.csv",
    { format: "parquet" },
  ],
  [
    "CSV said to be JSON lines",
    "DataError: a.csv:1: not valid JSON: Unexpected token 'q', \"query,passage\" is not valid JSON; a record must be whole, each on a line of its own",
    { "a.csv": "query,passage\na,b\n" },
    "a.csv",
    { format: "jsonl" },
  ],
  [
    "pairs said to be DPR's",
    "DataError: a.json: the fields must be DPR's, question and positive_ctxs, received query, passage; leave the format out",
    { "a.json": j(q) },
    "a.json",
    { format: "dpr" },
  ],
  [
    "semicolons said to be tabs",
    'DataError: a.csv: the columns must tell the query and the passage, received query;passage; let the first row be a header such as query,passage, or say which is which, e.g. columns: { query: "query;passage", passage: "…" } (--query-column, --passage-column)',
    { "a.csv": "query;passage\na;b\n" },
    "a.csv",
    { format: "tsv" },
  ],
  [
    "an empty path",
    'RangeError: readTuningFiles: paths must be a path, or several, received ""',
    {},
    "",
  ],
  ["no path", "RangeError: readTuningFiles: paths must be a path, or several, received []", {}, []],
  [
    "nothing",
    "RangeError: readTuningFiles: paths must be a path, or several, received nothing",
    {},
    undefined,
  ],
  [
    "standard input named twice",
    'RangeError: readTuningFiles: corpus must be a file where the pairs come from standard input, received "-"',
    {},
    "-",
    { corpus: "-" },
  ],
  [
    "a corpus of pictures",
    "DataError: d: the folder must hold corpus.jsonl, queries.jsonl and qrels (BEIR), files of records (*.jsonl, *.json, *.csv, *.tsv, *.parquet) or documents (*.md, *.txt), received x.png",
    { "a.jsonl": j(q), "d/x.png": "" },
    "a.jsonl",
    { corpus: "d" },
  ],
  [
    "a program",
    "DataError: run.ts: the columns must tell the query and the passage, received import { a, b } from 'x';; let the first row be a header such as query,passage, or say which is which, e.g. columns: { query: \"import { a\", passage: \"b } from 'x';\" } (--query-column, --passage-column)",
    { "run.ts": "import { a, b } from 'x';\nconst c = 1;\n" },
    "run.ts",
  ],
  [
    "a path below a file",
    "DataError: a.jsonl/x: there is no such file, nor the folder a.jsonl; check the path",
    { "a.jsonl": j(q) },
    "a.jsonl/x",
  ],
  [
    "negatives without a passage",
    'DataError: a.jsonl: the fields must tell the passage, received query, negative; say which is which, e.g. columns: { passage: "…" } (--passage-column)',
    { "a.jsonl": j({ query: "a", negative: "c" }) },
    "a.jsonl",
  ],
  [
    "questions without a passage that answers",
    "DataError: a.json: the file must hold a query with a passage, received none (1 record without a passage that answers was passed over: a.json:1.)",
    { "a.json": JSON.stringify([{ question: "a", positive_ctxs: [] }]) },
    "a.json",
  ],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-wrong-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("readTuningFiles refuses", () => {
  it.each(wrong.map((row, number) => [row[0], number] as const))("%s", async (_, number) => {
    const [, message, files, paths, options = {}] = wrong[number];
    const at = join(folder, String(number));
    mkdirSync(at);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), content);
    }
    const pathOf = (path: unknown): unknown => {
      if (Array.isArray(path)) return path.map(pathOf);
      return typeof path === "string" && path !== "" && path !== "-" ? join(at, path) : path;
    };
    const given = options as ReadTuningFilesOptions;
    const error: unknown = await readTuningFiles(pathOf(paths) as string, {
      ...given,
      ...(given.corpus === undefined ? {} : { corpus: pathOf(given.corpus) as string }),
    }).then(
      () => "nothing was wrong",
      (reason: unknown) => reason,
    );
    expect(String(error).replaceAll(`${at}/`, "").replaceAll(at, ".")).toBe(message);
  });

  it("a URL", async () => {
    await expect(readTuningFiles("https://example.org/faq.csv")).rejects.toThrow(
      "https://example.org/faq.csv: the path must be that of a file on this machine, received a URL; download it first",
    );
  });

  it("more than 2 GiB of text", async () => {
    const blanks = new Uint8Array(1 << 26).fill(0x20);
    const stream = (async function* () {
      for (;;) yield blanks;
    })();
    const read = readTuningFiles({ name: "endless.jsonl", stream }, { maxLineBytes: Infinity });
    await expect(read).rejects.toThrow(
      "endless.jsonl: the files must hold at most 2 GiB of text (maxBytes), received more; read a part of them",
    );
  });

  it.each([
    ["what holds no texts", "%PDF-1.4\n"],
    ["unknown fields", j({ foo: 1 }) + "\n"],
    ["a broken record", j(q) + "\n{\n"],
  ])("%s, and closes the file", async (_, text) => {
    let closed = false;
    const stream = (async function* () {
      try {
        for (;;) yield Buffer.from(text.repeat(1000));
      } finally {
        closed = true;
      }
    })();
    await expect(readTuningFiles({ name: "a.jsonl", stream })).rejects.toThrow("a.jsonl");
    expect(closed).toBe(true);
  });

  it.each([
    [5, false],
    [20, true],
  ])("ids of which %d in 100 do not exist: %s", async (gone, refused) => {
    const at = join(folder, `gone-${gone}`);
    mkdirSync(at);
    const ids = Array.from({ length: 100 }, (_, i) => (i < gone ? `x${i}` : "d"));
    writeFileSync(join(at, "a.jsonl"), j(...ids.map((id) => ({ query: `q${id}`, doc_id: id }))));
    writeFileSync(join(at, "c.jsonl"), j({ id: "d", text: "t" }));
    const read = readTuningFiles(join(at, "a.jsonl"), { corpus: join(at, "c.jsonl") });
    if (refused) await expect(read).rejects.toThrow("20 of 100 ids are not there");
    else {
      await expect(read).resolves.toMatchObject({
        notes: [expect.stringMatching(/^5 of 100 pairs name a passage that the corpus lacks/)],
      });
    }
  });
});
