import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluateRun, parseQrels, parseRun, type EvaluateRunOptions } from "embedtune/evaluate";

/** What trec-eval.py writes. */
interface Reference {
  readonly qrels: string;
  readonly run: string;
  readonly evaluations: {
    readonly flags: string[];
    readonly all: Record<string, number>;
    readonly queries: Record<string, Record<string, number>>;
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/evaluate/trec-eval.json", import.meta.url), "utf8"),
) as Reference;

const optionsOf = (flags: readonly string[]): EvaluateRunOptions => ({
  ks: [1, 3, 10],
  judgedOnly: flags.includes("-J"),
  complete: flags.includes("-c"),
  ...(flags.includes("-l") ? { relevanceLevel: Number(flags[flags.indexOf("-l") + 1]) } : {}),
  ...(flags.includes("-M") ? { depth: Number(flags[flags.indexOf("-M") + 1]) } : {}),
});

describe.each(reference.evaluations.map((e) => ({ ...e, title: e.flags.join(" ") || "no flags" })))(
  "trec_eval's figures within 1e-9: $title",
  ({ flags, all, queries }) => {
    const result = evaluateRun(
      parseRun(reference.run),
      parseQrels(reference.qrels),
      optionsOf(flags),
    );

    it("evaluates the same queries", () => {
      const asked = new Set(Object.keys(queries));
      // With -c it also lists the query that the run lacks, at 0.
      if (asked.delete("not-retrieved")) {
        expect(new Set(Object.values(queries["not-retrieved"]))).toEqual(new Set([0]));
        expect(flags).toContain("-c");
      }
      expect(result.queries.toSorted()).toEqual([...asked].toSorted());
      expect(result).toMatchObject({ missing: 1, withoutJudgements: 1 });
    });

    it("gives every query the same figures", () => {
      for (const [i, query] of result.queries.entries()) {
        for (const [name, value] of Object.entries(queries[query])) {
          const actual = result.perQuery[name][i];
          expect(Math.abs(actual - value), `${query} ${name}`).toBeLessThanOrEqual(1e-9);
        }
      }
      expect(Object.keys(Object.values(queries)[0])).toHaveLength(18);
    });

    it("gives the same means", () => {
      for (const [name, value] of Object.entries(all)) {
        expect(Math.abs(result.metrics[name] - value), name).toBeLessThanOrEqual(1e-9);
      }
    });
  },
);
