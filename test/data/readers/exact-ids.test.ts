import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readBeir } from "../../../src/data/pairs/read-beir.js";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../../src/data/search-log/read-search-log.js";
import { parseExactJson } from "../../../src/data/sources/exact-json.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { parseQrels, parseRun } from "../../../src/evaluate/retrieval/trec-format.js";
import { collect, scratchFolder } from "./support.js";

const file = scratchFolder();
// Both round to the same double.
const id = "5328212470870865242";
const next = "5328212470870865243";

describe("an id beyond 2^53 keeps its digits", () => {
  it.each([
    ["a.jsonl", `{"query":"q","passage":"p","group":${id}}\n`],
    ["a.csv", `query,passage,group\nq,p,${id}\n`],
    ["a.tsv", `query\tpassage\tgroup\nq\tp\t${id}\n`],
  ])("as the group of a pair in %s", async (name, text) => {
    expect((await collect(readPairs(file(name, text))))[0].group).toBe(id);
  });

  it.each([
    ["a.jsonl", `{"query":${id},"shown":[${next},${id}],"clicked":${next},"user":-${id}}\n`],
    ["a.csv", `query,shown,clicked,user\n${id},${next}|${id},${next},-${id}\n`],
  ])("in a search log, %s", async (name, text) => {
    const [row] = await collect(readSearchLog(file(name, text)));
    expect(row).toMatchObject({ query: id, shown: [next, id], user: `-${id}` });
    expect(row.clicks[0].passage).toBe(next);
  });

  it("in a BEIR folder", async () => {
    const folder = file(
      "beir/corpus.jsonl",
      `{"_id":${id},"text":"a"}\n{"_id":${next},"text":"b"}\n`,
    );
    file("beir/queries.jsonl", `{"_id":${id},"text":"q"}\n`);
    file("beir/qrels/test.tsv", `${id}\t${next}\t1\n`);
    const data = await readBeir(folder.replace(/\/corpus\.jsonl$/, ""));
    expect(data.corpus.map((passage) => passage.id)).toEqual([id, next]);
    expect(data.qrels).toEqual([{ queryId: id, passageId: next, score: 1 }]);
  });

  it("in DPR's passages, called passage_id or psg_id, a number or a text", async () => {
    const passages = `{"passage_id":${id},"title":"t","text":"a"},{"psg_id":"${next}","text":"b"},{"text":"c"}`;
    const [question] = await collect(
      readDpr(
        file("dpr.json", `[{"question":"q","answers":[${id}],"positive_ctxs":[${passages}]}]`),
      ),
    );
    expect(question.positives.map((passage) => passage.id)).toEqual([id, next, undefined]);
    expect(question.answers).toEqual([id]);
  });

  it.each([
    ["asked.jsonl", `{"query":"q","passage_id":${next}}\n`],
    ["asked.json", `[{"query":"q","passage_id":${next}}]`],
    ["asked.csv", `query,passage_id\nq,${next}\n`],
  ])("in tuning files, %s", async (name, text) => {
    const corpus = file("c.jsonl", `{"id":${id},"text":"a"}\n{"id":${next},"text":"b"}\n`);
    const { data } = await readTuningFiles(file(name, text), { corpus });
    expect(data).toMatchObject({ qrels: [{ passageId: next }] });
  });

  it("in TREC's files", () => {
    expect([...parseRun(`${id} Q0 ${next} 1 0.5 x`)]).toEqual([[id, [{ id: next, score: 0.5 }]]]);
    expect(parseQrels(`${id} 0 ${next} 1`).get(id)!.get(next)).toBe(1);
  });

  it("in parquet, as an integer of 64 bits, as text, and in judgements", async () => {
    const parquet = (name: string, columns: Readonly<Record<string, readonly unknown[]>>): string =>
      file(
        name,
        new Uint8Array(
          parquetWriteBuffer({
            columnData: Object.entries(columns).map(([name, data]) => ({ name, data: [...data] })),
          }),
        ),
      );
    const corpus = parquet("ids.parquet", { id: [BigInt(id), BigInt(next)], text: ["a", "b"] });
    for (const [i, ids] of [
      [BigInt(next), BigInt(id)],
      [next, id],
    ].entries()) {
      const asked = parquet(`asked-${i}.parquet`, { query: ["q", "r"], passage_id: ids });
      const { data } = await readTuningFiles(asked, { corpus });
      expect(data).toMatchObject({ qrels: [{ passageId: next }, { passageId: id }] });
    }
  });

  it("but not where the file itself has rounded it", async () => {
    const rounded = file("rounded.jsonl", '{"query":"q","passage":"p","group":5.3e18}\n');
    await expect(collect(readPairs(rounded))).rejects.toThrow(
      "rounded.jsonl:1: group must be a text or an integer with all its digits, received 5300000000000000000; write ids in quotes",
    );
  });
});

describe("parseExactJson", () => {
  it("is JSON.parse but for long integers, whatever stands in texts", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt({ min: 10n ** 15n }), (value, long) => {
        const text = `{"a":${JSON.stringify(value)},"b":[${long}, -${long}],"c":"#${long}\\"${long}"}`;
        const { a, b, c } = parseExactJson(text) as { a: unknown; b: unknown; c: unknown };
        // Doubles that JSON writes as long integers come back exact.
        expect(
          JSON.stringify(a, (_, part: unknown) => (typeof part === "bigint" ? Number(part) : part)),
        ).toBe(JSON.stringify(value));
        expect(b).toEqual([long, -long]);
        expect(c).toBe(`#${long}"${long}`);
      }),
    );
  });

  it("reads lists in lists as deep as JSON.parse does", () => {
    const depth = 50_000;
    let value = parseExactJson(`${'[{"a":'.repeat(depth)}${id}${"}]".repeat(depth)}`);
    for (let i = 0; i < depth; i++) [{ a: value }] = value as [{ a: unknown }];
    expect(value).toBe(BigInt(id));
  });

  it("reads a field called __proto__ as any other", () => {
    const value = parseExactJson(`{"__proto__":${id},"b":{"__proto__":[${next}]}}`) as object;
    expect(Object.entries(value)[0]).toEqual(["__proto__", BigInt(id)]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("leaves fractions and exponents to numbers", () => {
    expect(
      parseExactJson("[1234567890123456.5,1e16,-12345678901234567e2,1.2345678901234567]"),
    ).toEqual([1234567890123456.5, 1e16, -12345678901234567e2, 1.2345678901234567]);
  });
});
