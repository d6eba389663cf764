/**
 * `npm run bench -- look [--small 1000] [--large 20000]`: size of the report's page, and how long it takes to write, on
 * invented questions against as many passages. Ranks are drawn; texts are random words, which deflate worse than language.
 */
import { gzipSync } from "node:zlib";
import { renderReport } from "embedtune/report";
import { inventedDecision } from "../test/support/invented-decision.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

const megabytes = (bytes: number): number => bytes / 1e6;

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const sizes = [countOption(options, "small", 1000), countOption(options, "large", 20_000)];
  await renderReport(inventedDecision());
  const rows: BenchRow[] = [];
  for (const questions of sizes) {
    const decision = inventedDecision({ questions, passages: questions, dimensions: 384 });
    for (const texts of [true, false]) {
      const began = performance.now();
      const page = await renderReport(decision, { texts });
      const seconds = (performance.now() - began) / 1000;
      rows.push({
        table: "The report's page",
        questions,
        texts: texts ? "yes" : "no",
        MB: megabytes(Buffer.byteLength(page)),
        "MB gzip": megabytes(gzipSync(page).length),
        seconds,
      });
    }
  }
  return rows;
}
