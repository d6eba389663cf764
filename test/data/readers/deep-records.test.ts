import { describe, expect, it } from "vitest";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../../src/data/search-log/read-search-log.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { collect, stream } from "./support.js";

const depth = 20_000;
/** A number in as many lists, or objects, each in the next. The long one is an id beyond 2^53. */
const deep = [
  `${"[".repeat(depth)}1${"]".repeat(depth)}`,
  `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
  `${"[".repeat(depth)}5328212470870865242${"]".repeat(depth)}`,
];
const source = (record: Readonly<Record<string, string>>): ReturnType<typeof stream> => {
  const fields = Object.entries(record).map(([name, json]) => `"${name}":${json}`);
  return stream("a.jsonl", `{${fields.join(",")}}\n`, 0);
};
const pair = { query: '"q"', passage: '"p"' };

describe("lists in lists, deeper than a call for each can go", () => {
  it("are passed over in a field that nobody reads", async () => {
    for (const other of deep) {
      expect(await collect(readPairs(source({ ...pair, other })))).toHaveLength(1);
      const { data } = await readTuningFiles(source({ ...pair, other }));
      expect(data).toEqual({ pairs: [{ query: "q", passage: "p" }] });
    }
  });

  it("are refused by file, line and name in a field of texts, ids or labels", async () => {
    for (const value of deep) {
      for (const name of ["query", "passage", "label", "group"]) {
        const read = collect(readPairs(source({ ...pair, [name]: value })));
        await expect(read).rejects.toThrow(new RegExp(`^a\\.jsonl:1: ${name} must be `));
      }
      for (const name of ["label", "negatives"]) {
        const read = readTuningFiles(source({ ...pair, [name]: value }));
        await expect(read).rejects.toThrow(new RegExp(`^a\\.jsonl:1: ${name} must be `));
      }
      for (const name of ["query", "shown", "clicked"]) {
        const row = { query: '"q"', shown: '["a"]', clicked: '"a"', [name]: value };
        await expect(collect(readSearchLog(source(row)))).rejects.toThrow(/^a\.jsonl:1: /);
      }
      const contexts = collect(readDpr(source({ question: '"q"', positive_ctxs: `[${value}]` })));
      await expect(contexts).rejects.toThrow("a.jsonl:1: positive_ctxs[0] must have a text");
    }
  });
});

describe("a group that is no text", () => {
  it("is refused, not left out: what belongs together would lie on both sides of a split", async () => {
    for (const group of ['["a"]', '{"id":"a"}', "true"]) {
      await expect(collect(readPairs(source({ ...pair, group })))).rejects.toThrow(
        "a.jsonl:1: group must be a text or an integer with all its digits, received ",
      );
    }
    expect((await collect(readPairs(source({ ...pair, group: "null" }))))[0].group).toBe("q");
  });
});
