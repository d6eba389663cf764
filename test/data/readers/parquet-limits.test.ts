import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { FileMetaData } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readNaturalQuestionsParquet } from "../../../src/data/natural-questions/read-parquet.js";
import {
  openParquet,
  readParquetGroup,
  type OpenParquet,
} from "../../../src/data/parquet/read-parquet.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { collect, scratchFolder } from "./support.js";

const file = scratchFolder();
const texts = Array.from({ length: 40 }, (_, i) => `question ${i} of forty`);
const columnData = [
  { name: "query", data: texts },
  { name: "passage", data: texts.map((text) => `an answer to ${text}`) },
];
type Codec = "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD" | "LZ4" | "LZ4_RAW";

/** A file of which every page holds what `pack` makes of its bytes, whatever it unpacks to. */
function packed(codec: Codec, pack: (bytes: Uint8Array) => Uint8Array): ArrayBuffer {
  return parquetWriteBuffer({ columnData, codec, compressors: { [codec]: pack } });
}

async function readAll(opened: OpenParquet): Promise<Record<string, unknown>[]> {
  return readParquetGroup(opened, 0, 0, Number(opened.metadata.num_rows));
}

const readBytes = async (bytes: ArrayBuffer): Promise<Record<string, unknown>[]> =>
  readAll(await openParquet({ name: "p", file: bytes }));

/** Bytes as they are, or how often to repeat a zero: as a block of its own kind, or as one that is compressed. */
type Block = Uint8Array | { readonly run: number } | { readonly literals: number };

/** Blocks in zstd's frame without a length. */
function zstd(blocks: readonly Block[]): Uint8Array {
  const window = 7 << 3; // 128 KiB
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, window)];
  for (const [i, block] of blocks.entries()) {
    const last = i === blocks.length - 1 ? 1 : 0;
    const push = (type: number, size: number, bytes: Uint8Array): void => {
      const head = (size << 3) + (type << 1) + last;
      parts.push(Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16), bytes);
    };
    if (block instanceof Uint8Array) push(0, block.length, block);
    else if ("run" in block) push(1, block.run, Uint8Array.of(0));
    else {
      const head = 1 + (3 << 2) + (block.literals << 4);
      push(2, 5, Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16, 0, 0));
    }
  }
  return Buffer.concat(parts);
}

const brotli = (bytes: Uint8Array): Uint8Array =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** Bytes as they are, then a run of the last of them. */
function lz4(bytes: Uint8Array, run: number): Uint8Array {
  const length = (count: number): number[] => [
    ...Array.from({ length: Math.floor((count - 15) / 255) }, () => 255),
    (count - 15) % 255,
  ];
  if (run === 0) return Uint8Array.of(0xf0, ...length(bytes.length), ...bytes);
  return Buffer.concat([
    Uint8Array.of(0xff, ...length(bytes.length)),
    bytes,
    Uint8Array.of(1, 0),
    Uint8Array.from(length(run - 4)),
  ]);
}

function snappy(bytes: Uint8Array, said: number): Uint8Array {
  const size = bytes.length - 1;
  const literal = [61 << 2, size & 255, size >> 8];
  const varint = [(said & 127) | 128, ((said >> 7) & 127) | 128, ((said >> 14) & 127) | 128];
  return Uint8Array.of(...varint, said >> 21, ...literal, ...bytes);
}

const long = 2 ** 26;
const more = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc(long)]);
const less = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 1);
const times = (block: Block): Block[] => Array.from({ length: 2 ** 17 }, () => block);
const frames = Array.from({ length: 1000 });
const literals = { literals: 2 ** 17 };

describe("a page of parquet", () => {
  it.each<[Codec, (bytes: Uint8Array) => Uint8Array]>([
    ["SNAPPY", (bytes) => snappy(bytes, bytes.length)],
    ["ZSTD", (bytes) => zstd([bytes.subarray(0, 7), bytes.subarray(7)])],
    ["ZSTD", (bytes) => Buffer.concat([zstd([bytes.subarray(0, 7)]), zstd([bytes.subarray(7)])])],
    ["LZ4_RAW", (bytes) => lz4(bytes, 0)],
    ["LZ4", (bytes) => lz4(bytes, 0)],
    ["GZIP", (bytes) => Buffer.concat([gzipSync(less(bytes)), gzipSync(bytes.subarray(-1))])],
  ])("is read by what a test of it packs: %s", async (codec, pack) => {
    const rows = await readBytes(packed(codec, pack));
    expect(rows.map(({ query }) => query)).toEqual(texts);
  });

  it.each<[string, Codec, (bytes: Uint8Array) => Uint8Array]>([
    ["64 MiB of snappy", "SNAPPY", (bytes) => snappy(bytes, long)],
    ["64 MiB of gzip", "GZIP", (bytes) => gzipSync(more(bytes))],
    ["64 MiB of brotli", "BROTLI", (bytes) => brotli(more(bytes))],
    // Half a megabyte: whoever unpacked it first would never end.
    ["16 GiB of zstd", "ZSTD", () => zstd(times({ run: 2 ** 17 }))],
    ["16 GiB of zstd in compressed blocks", "ZSTD", () => zstd(times(literals))],
    ["125 MiB of zstd in frames", "ZSTD", () => Buffer.concat(frames.map(() => zstd([literals])))],
    ["64 MiB of LZ4", "LZ4_RAW", (bytes) => lz4(bytes, long)],
    ["64 MiB of LZ4, as it was", "LZ4", (bytes) => lz4(bytes, long)],
  ])(
    "that unpacks to more than it says is refused by row group and column: %s",
    async (_, codec, pack) => {
      await expect(readBytes(packed(codec, pack))).rejects.toThrow(
        /^p: cannot read parquet: row group 0, column query: a page must unpack to \d+ bytes, received (?:more|67108864);/,
      );
    },
  );

  it.each<[string, Codec, (bytes: Uint8Array) => Uint8Array]>([
    ["snappy", "SNAPPY", (bytes) => snappy(less(bytes), bytes.length - 1)],
    ["gzip", "GZIP", (bytes) => gzipSync(less(bytes))],
    ["brotli", "BROTLI", (bytes) => brotli(less(bytes))],
    ["zstd", "ZSTD", (bytes) => zstd([less(bytes)])],
    ["LZ4", "LZ4_RAW", (bytes) => lz4(less(bytes), 0)],
    ["LZ4, as it was", "LZ4", (bytes) => lz4(less(bytes), 0)],
  ])(
    "that unpacks to less is not filled up with zeros or what was there before: %s",
    async (_, codec, pack) => {
      await readBytes(packed("SNAPPY", (bytes) => snappy(bytes, bytes.length)));
      await expect(readBytes(packed(codec, pack))).rejects.toThrow(
        /column query: a page must unpack to (\d+) bytes, received \d+;/,
      );
    },
  );

  it("of zstd that would look back beyond what decoders keep is refused", async () => {
    const wide = (bytes: Uint8Array): Uint8Array => {
      const frame = zstd([bytes]);
      frame[5] = 18 << 3; // 256 MiB
      return frame;
    };
    await expect(readBytes(packed("ZSTD", wide))).rejects.toThrow(
      "column query: zstd must look back at most 134217728 bytes, received 268435456",
    );
  });

  it("is held to what its column says of all pages, data and dictionary", async () => {
    const words = { name: "query", data: texts.map((_, i) => `word ${i % 3}`) };
    for (const column of [columnData[0], words]) {
      const bytes = parquetWriteBuffer({ columnData: [column], pageSize: 200 });
      const opened = await openParquet({ name: "p", file: bytes });
      const total = Number(
        opened.metadata.row_groups[0].columns[0].meta_data?.total_uncompressed_size,
      );
      const saying = (size: number): OpenParquet => ({
        ...opened,
        metadata: withTotal(opened.metadata, size),
      });
      expect(await readAll(saying(total))).toHaveLength(texts.length);
      await expect(readAll(saying(Math.floor(total / 2)))).rejects.toThrow(
        `row group 0, column query: the pages must unpack to the ${Math.floor(total / 2)} bytes of their column, received more`,
      );
      // The dictionary, or the first page of data.
      await expect(readAll(saying(10))).rejects.toThrow("unpack to the 10 bytes of their column");
    }
  });

  it("unpacks to 256 MiB at most, as the caller sets it, and the error names file, row group and column", async () => {
    const path = file("pages.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    const sizes = { maxPageBytes: 300 };
    await expect(readTuningFiles(path, sizes)).rejects.toThrow(
      /pages\.parquet row group 0, column query: a page must have at most 300 bytes \(maxPageBytes\), received more$/,
    );
    const { data } = await readTuningFiles(path, { maxPageBytes: Infinity });
    expect(data).toMatchObject({ pairs: { length: 40 } });
    const questions = readNaturalQuestionsParquet("test/fixtures/data/nq-sample.parquet", sizes);
    await expect(collect(questions)).rejects.toThrow(
      /nq-sample\.parquet row group 0, column .*: a page must have at most 300 bytes \(maxPageBytes\)/,
    );
  });
});

describe("a row group of parquet", () => {
  it("takes 4 GiB at most of the columns that are read, as the caller sets it", async () => {
    const path = file("group.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    await expect(readTuningFiles(path, { maxGroupBytes: 4000 })).rejects.toThrow(
      /group\.parquet row group 0: what is decoded together must have at most 4000 bytes \(maxGroupBytes\), received more; write smaller row groups$/,
    );
    const { data } = await readTuningFiles(path, { maxGroupBytes: 10_000 });
    expect(data).toMatchObject({ pairs: { length: 40 } });
    const sample = "test/fixtures/data/nq-sample.parquet";
    const read = async (options: {
      maxGroupBytes: number;
      candidates?: boolean;
    }): Promise<number> => (await collect(readNaturalQuestionsParquet(sample, options))).length;
    const maxGroupBytes = 134_000;
    await expect(read({ maxGroupBytes })).rejects.toThrow("(maxGroupBytes)");
    expect(await read({ maxGroupBytes, candidates: false })).toBe(10);
  });

  it("counts rows of nothing too: they become objects", async () => {
    const opened = await openParquet({
      name: "p",
      file: parquetWriteBuffer({ columnData: [{ name: "query", data: [null, "a"] }] }),
    });
    const rows = 2 ** 26;
    const { row_groups: groups } = opened.metadata;
    const metadata = { ...opened.metadata, row_groups: [{ ...groups[0], num_rows: BigInt(rows) }] };
    await expect(readParquetGroup({ ...opened, metadata }, 0, 0, rows)).rejects.toThrow(
      "p row group 0: what is decoded together must have at most 4294967296 bytes (maxGroupBytes)",
    );
  });

  it("is counted by what its columns say, which is held to, and not by the sum that it says itself", async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    const { metadata } = await openParquet({ name: "p", file: bytes.slice().buffer });
    const { total_byte_size: total } = metadata.row_groups[0];
    const varint = (number: number): number[] =>
      number < 128 ? [number] : [(number % 128) + 128, ...varint(Math.floor(number / 128))];
    const said = Buffer.from(varint(2 * Number(total)));
    const at = Buffer.from(bytes).lastIndexOf(said);
    expect(at).toBeGreaterThan(0);
    bytes.set([...said.map((_, i) => (i === said.length - 1 ? 0 : 128))], at); // nothing, in as many bytes
    const path = file("sum.parquet", bytes);
    await expect(readTuningFiles(path, { maxBytes: 1000 })).rejects.toThrow("(maxBytes)");
    expect(await readTuningFiles(path, { maxBytes: 10_000 })).toMatchObject({
      data: { pairs: { length: 40 } },
    });
  });
});

function withTotal(metadata: FileMetaData, total: number): FileMetaData {
  const [group] = metadata.row_groups;
  const [column] = group.columns;
  if (column.meta_data === undefined) throw new TypeError("there must be metadata");
  const meta = { ...column.meta_data, total_uncompressed_size: BigInt(total) };
  const columns = [{ ...column, meta_data: meta }];
  return { ...metadata, row_groups: [{ ...group, columns }] };
}
