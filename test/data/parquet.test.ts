import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Question } from "../../src/data/types.js";
import {
  readNaturalQuestionsParquet,
  type ReadParquetOptions,
  type ParquetSource,
} from "../../src/parquet.js";
import { readNaturalQuestions } from "../../src/data/natural-questions/read-natural-questions.js";

const path = fileURLToPath(new URL("../fixtures/data/nq-sample.parquet", import.meta.url));
const sample = fileURLToPath(new URL("../../examples/data/nq-sample.jsonl.gz", import.meta.url));

async function read(
  source: ParquetSource | ParquetSource[],
  options?: ReadParquetOptions,
): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const question of readNaturalQuestionsParquet(source, options))
    questions.push(question);
  return questions;
}
const ids = async (options: ReadParquetOptions): Promise<string[]> =>
  (await read([path, path], options)).map(({ id }) => id);

// The fixture is the first ten of the sample.
const expected: Question[] = [];
for await (const question of readNaturalQuestions(sample, { limit: 10 })) expected.push(question);
const all = expected.map(({ id }) => id);

describe("readNaturalQuestionsParquet", () => {
  it("gives the same questions as the simplified file", async () => {
    expect(JSON.stringify(await read(path))).toBe(JSON.stringify(expected));
  });

  it("skips, limits and draws over several files", async () => {
    expect(await ids({ skip: 8, limit: 4 })).toEqual([all[8], all[9], all[0], all[1]]);
    const drawn = await ids({ limit: 10, sample: 3, seed: 1 });
    expect(drawn).toHaveLength(3);
    expect(all.filter((id) => drawn.includes(id))).toEqual(drawn);
    expect(await ids({ limit: 10, sample: 3, seed: 1 })).toEqual(drawn);
  });

  it("leaves the candidates out when they are not wanted", async () => {
    const [question] = await read(path, { candidates: false, limit: 1 });
    expect(question.candidates).toEqual([]);
    expect(question.annotations).toEqual(expected[0].annotations);
  });

  it("fetches only the columns it needs, by range requests", async () => {
    const bytes = readFileSync(path);
    let sent = 0;
    const server = createServer((request, response) => {
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      const part = range === null ? bytes : bytes.subarray(Number(range[1]), Number(range[2]) + 1);
      response.writeHead(range === null ? 200 : 206, {
        "content-length": part.length,
        "accept-ranges": "bytes",
      });
      if (request.method !== "HEAD") sent += part.length;
      response.end(request.method === "HEAD" ? undefined : part);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const questions = await read(`http://127.0.0.1:${port}/nq.parquet`);
      expect(JSON.stringify(questions)).toBe(JSON.stringify(expected));
      expect(sent).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  });

  it("reads no byte of the HTML", async () => {
    const bytes = readFileSync(path);
    const html = bytes.indexOf("<html></html>");
    expect(html).toBeGreaterThan(0);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    new Uint8Array(buffer)[html] = 0; // harmless only where nobody looks
    const file = {
      byteLength: buffer.byteLength,
      slice: (a: number, b?: number) => buffer.slice(a, b),
    };
    const questions = await read({ name: "spoilt", file });
    expect(JSON.stringify(questions)).toBe(JSON.stringify(expected));
  });

  it.each([
    ["a missing file", "none.parquet", "none.parquet: there is no such file"],
    ["another file", sample, "cannot read parquet"],
  ])("refuses %s by name", async (_, source, message) => {
    await expect(read(source)).rejects.toThrow(message);
  });

  it("stops with the reason of an aborted signal, and reports rows", async () => {
    const seen: number[] = [];
    await read(path, { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([10]);
    const reason = new Error("enough");
    await expect(read(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it("bounds the texts of a page as it is told, by file and rows", async () => {
  const read = async (maxTextLength?: number): Promise<number> => {
    let count = 0;
    for await (const _ of readNaturalQuestionsParquet(path, { limit: 2, maxTextLength })) count++;
    return count;
  };
  expect(await read()).toBe(2);
  await expect(read(5)).rejects.toThrow(
    /nq-sample\.parquet rows 0 to 1: a text must have at most 5 characters \(maxTextLength\), received more$/,
  );
  await expect(read(0)).rejects.toThrow("maxTextLength must be an integer >= 1, received 0");
});
