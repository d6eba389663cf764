/**
 * `npm run bench -- look [--small 1000] [--large 20000]`: size of the report's page, and how long it takes to write, on
 * invented questions against as many passages. Ranks are drawn; texts are random words, which deflate worse than language.
 * Where Chromium is found, also the time of a frame of the map in three axes with 5,000 points in each of both pictures.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { renderReport } from "embedtune/report";
import { inventedDecision } from "../test/support/invented-decision.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

const megabytes = (bytes: number): number => bytes / 1e6;

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const sizes = [countOption(options, "small", 1000), countOption(options, "large", 20_000)];
  await renderReport(inventedDecision());
  const rows: BenchRow[] = [];
  for (const questions of sizes) {
    const decision = inventedDecision({
      questions,
      passages: questions,
      dimensions: 384,
    });
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
  return [...rows, ...(await frames())];
}

/** As a text: what compiles this file adds names that a page does not know. Runs behind the page's own callback, which draws. */
const turning = `(async () => {
  const canvas = document.querySelector("canvas.map");
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (let i = 0; i < 60; i++) {
    await frame();
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", shiftKey: true }));
    const began = performance.now();
    await frame();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b);
})()`;

/** Turns the map by the keyboard and measures from key to painted frame, without a GPU. */
async function frames(): Promise<BenchRow[]> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) =>
    existsSync(path),
  );
  if (executablePath === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), "embedtune-look-"));
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const decision = inventedDecision({ questions: 2500, passages: 2500 });
    const file = join(folder, "page.html");
    writeFileSync(file, await renderReport(decision));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector("html[data-ready]");
    await page.selectOption("#map-picture", "1");
    await page.locator("canvas.map").first().focus();
    const milliseconds = (await page.evaluate(turning)) as number[];
    const [median, late] = [0.5, 0.95].map((share) => milliseconds[Math.floor(60 * share)]);
    return [
      {
        table: "Turning the map",
        points: "2 × 5,000",
        "ms a frame": median,
        "95 %": late,
      },
    ];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}
