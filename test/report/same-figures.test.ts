import { readFileSync } from "node:fs";
import { Parser } from "htmlparser2";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeNpy, tune, type TunedDecision } from "../../src/index.js";
import { tunedLines } from "../../src/cli/tuning/tuned-lines.js";
import { readBeir } from "../../src/node.js";
import { renderReport } from "../../src/report.js";
import { decisionFigures } from "../../src/tune/files/decision-figures.js";

const folder = "examples/data/help-centre";

function textOf(page: string): string {
  let text = "";
  let open = "";
  const parser = new Parser({
    onopentag: (tag) => (open = tag),
    onclosetag: () => (open = ""),
    ontext(part) {
      if (open !== "script" && open !== "style") text += part;
    },
  });
  parser.end(page);
  return text.replace(/\s+/g, " ");
}

/** Every gain with its interval, in the words of the sentence, wherever it stands in figures.json. */
function intervalsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { gain, low, high } = value as Record<string, unknown>;
  const own =
    typeof gain === "number" && typeof low === "number" && typeof high === "number"
      ? [`${gain < 0 ? "" : "+"}${gain.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`]
      : [];
  return [...own, ...Object.values(value).flatMap(intervalsIn)];
}

describe("the page, the terminal and figures.json", () => {
  let decision: TunedDecision;
  let page: string;
  let figures: Record<string, unknown>;
  let terminal: string;

  beforeAll(async () => {
    const vectors = (name: string) => decodeNpy(readFileSync(`${folder}/minilm-${name}.npy`));
    decision = await tune(await readBeir(folder, { split: "train" }), {
      vectors: { queries: vectors("queries"), corpus: vectors("corpus"), embedder: "MiniLM" },
      candidates: ["rca"],
      forms: false,
    });
    page = textOf(await renderReport(decision));
    figures = JSON.parse(JSON.stringify(decisionFigures(decision))) as Record<string, unknown>;
    terminal = tunedLines(decision, []).join("\n");
  });

  it("say the same sentence", () => {
    expect(figures["sentence"]).toBe(decision.sentence);
    expect(terminal).toContain(decision.sentence);
    expect(page).toContain(decision.sentence);
  });

  it("give the metric that decides one interval, that of the sentence", () => {
    expect(decision.figures["mrr"]).toMatchObject(decision.best.expected!);
  });

  it("print the same figures, to the digit", () => {
    // Among peers a gain decides, and is told in the sentence where it matters. A best that leaves passages as they are has
    // no price of doing so.
    const { peerGain: _, bestQueryOnly: __, queryOnlyDifference: ___, ...shown } = figures;
    expect(decision.best.side).toBe("query");
    const intervals = intervalsIn(shown);
    expect(intervals.length).toBeGreaterThan(10);
    for (const interval of intervals) expect(page).toContain(interval);
    for (const interval of terminal.match(/[+-]\d\.\d{3} \[[^\]]+\]/g) ?? []) {
      expect(page).toContain(interval);
    }
    for (const { before, after } of Object.values(decision.figures)) {
      expect(page).toContain(`${before.toFixed(3)} ${after.toFixed(3)}`);
    }
  });
});
