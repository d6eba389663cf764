import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "embedtune";
import { intern } from "../../src/base/intern.js";
import { sha256 } from "../../src/base/sha256.js";
import { createStoredVectors } from "../../src/embed/cache/stored-vectors.js";
import { fileLines } from "../../src/embed/openai/batches/file-lines.js";
import { createRepeatedCalls } from "../../src/embed/openai/batches/repeated-calls.js";
import { createBatchTracker } from "../../src/embed/openai/batches/batch-tracker.js";
import { fakeVector } from "../support/fake-openai-server.js";

const texts = ["a", "b", "c"];
const names = await sha256(texts);
const answer = (k: number, embedding: unknown = [...fakeVector(texts[k], 4)]) => ({
  custom_id: names[k],
  response: { status_code: 200, body: { data: [{ index: 0, embedding }], usage: {} } },
  error: null,
});

async function collect(lines: readonly string[], dimensions?: number) {
  const store = createMemoryStore();
  const embedder = { id: "m", symmetric: true, dimensions };
  const stored = createStoredVectors(embedder, store, "float32");
  const tracker = await createBatchTracker(intern(texts), stored, () => undefined);
  await tracker.collect(
    (async function* () {
      yield* lines;
    })(),
  );
  for (const name of names) tracker.fail(name, "no answer");
  const right: number[] = [];
  await stored.read(await stored.keys(texts, "passage"), (k, vector) => {
    if (Buffer.from(vector.slice().buffer).equals(Buffer.from(fakeVector(texts[k], 4).buffer))) {
      right.push(k);
    }
  });
  return { ...tracker.tally(), right };
}

/** What a line, or a part of one, may be instead. */
const junk = fc.constantFrom<unknown>(
  ...[null, true, 0, -1, 1e308, "x", [], {}, [null], [1, 2, 3], { status_code: 200 }, "__proto__"],
);
const paths = [
  [],
  ["custom_id"],
  ["response"],
  ["error"],
  ["response", "status_code"],
  ["response", "body"],
  ["response", "body", "data"],
  ["response", "body", "usage"],
  ["response", "body", "data", "0"],
  ["response", "body", "data", "0", "embedding"],
  ["response", "body", "data", "0", "index"],
];

describe("a damaged line of a batch's results", () => {
  it("costs its own text, which is told with a reason, and no other; never a TypeError or a wrong vector", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.constantFrom(...paths),
        junk,
        fc.option(fc.nat(60)),
        fc.boolean(),
        async (k, path, value, cut, known) => {
          const lines = texts.map((_, i) => JSON.stringify(answer(i)));
          let damaged: unknown = JSON.parse(lines[k]);
          if (path.length === 0) damaged = value;
          else {
            let part = damaged as Record<string, unknown>;
            for (const step of path.slice(0, -1)) part = part[step] as Record<string, unknown>;
            part[path.at(-1)!] = value;
          }
          const text = JSON.stringify(damaged);
          lines[k] = cut === null ? text : text.slice(0, cut);
          const { embedded, failed, right } = await collect(lines, known ? 4 : undefined);
          expect(embedded + failed.length).toBe(3);
          expect(right.filter((i) => i !== k)).toEqual([0, 1, 2].filter((i) => i !== k));
          expect(right).toHaveLength(embedded);
          for (const { text: name, reason } of failed) {
            expect(name).toBe(texts[k]);
            expect(reason).toMatch(/./);
            expect(reason).not.toMatch(/undefined|\[object/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("does not say how long the others must be, though it stands first", async () => {
    const lines = [answer(0, [1, 2]), answer(1), answer(2)].map((line) => JSON.stringify(line));
    const { embedded, failed, right } = await collect(lines);
    expect([embedded, right]).toEqual([2, [1, 2]]);
    expect(failed).toEqual([
      { index: 0, text: "a", reason: "its vector must have 4 values like the others, received 2" },
    ]);
  });

  it("that is too long costs its own text, which its beginning names, though it names none", async () => {
    const long = (k: number) => JSON.stringify(answer(k)).slice(0, 100);
    const { embedded, failed, right } = await collect(
      [long(0), JSON.stringify(answer(1)), '{"response": {"body": '],
      4,
    );
    expect([embedded, right]).toEqual([1, [1]]);
    expect(failed.map(({ text, reason }) => [text, reason])).toEqual([
      ["a", "damaged line: cut, or of more than 16000000 characters"],
      ["c", "no answer"],
    ]);
  });

  it("that says why in any envelope is told in those words", async () => {
    const lines = [
      {
        custom_id: names[0],
        response: { status_code: 400, body: { error: { message: "too long" } } },
      },
      { custom_id: names[1], response: null, error: { code: "batch_expired", message: "late" } },
      { custom_id: names[2], response: { status_code: 422, body: { detail: "no" } } },
    ].map((line) => JSON.stringify(line));
    const { failed } = await collect(lines);
    expect(failed.map(({ reason }) => reason)).toEqual([
      "400 too long",
      "batch_expired late",
      "422 no",
    ]);
  });
});

describe("a file of a batch's results", () => {
  /** The lines of a file that comes in these chunks. */
  const linesOf = async (chunks: () => Iterable<Uint8Array>): Promise<string[]> => {
    const content = () =>
      Promise.resolve({
        body: (async function* () {
          yield* chunks();
        })(),
      });
    const settings = { client: { files: { content } } as never, timeoutMs: 60_000 };
    const address = "http://127.0.0.1/v1/embeddings";
    const calls = createRepeatedCalls({
      ...{ address, redact: (text: string) => text, maxRetries: 2, maxWaitMs: 1, seed: 1 },
    });
    const lines: string[] = [];
    for await (const line of fileLines("file-1", settings, calls, undefined)) lines.push(line);
    return lines;
  };

  it("is read in lines wherever its chunks end, in the middle of a character too", async () => {
    const text = 'one\n{"two": "naïve 🙂"}\n\nthree';
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      };
      expect(await linesOf(chunks)).toEqual(["one", '{"two": "naïve 🙂"}', "three"]);
    }
  });

  it("may be of any length; of a line that is too long only the beginning is handed on", async () => {
    const megabyte = new TextEncoder().encode(`${"x".repeat(999_999)}\n`);
    const many = await linesOf(function* () {
      for (let i = 0; i < 40; i++) yield megabyte;
    });
    expect(many.length).toBe(40);
    const long = await linesOf(function* () {
      yield* [new TextEncoder().encode("one\nlong "), megabyte.subarray(0, 999_999)];
      for (let i = 0; i < 16; i++) yield megabyte.subarray(0, 999_999);
      yield new TextEncoder().encode("x\ntwo");
    });
    expect(long).toEqual(["one", `long ${"x".repeat(4091)}`, "two"]);
  });

  it("whose line has no end is an error that names it", async () => {
    const megabyte = new Uint8Array(1_000_000).fill(120);
    let sent = 0;
    const endless = linesOf(function* () {
      for (;;) yield ((sent += 1_000_000), megabyte);
    });
    await expect(endless).rejects.toThrow(
      "http://127.0.0.1/v1/batches: a line of file-1 must have at most 16000000 characters, received more",
    );
    expect(sent).toBe(257_000_000);
  });
});
