/**
 * The report's page of a help centre: what its training questions say under stored MiniLM vectors, what became of the test
 * questions, and what more labels would be worth. Takes a minute.
 *
 *   npx tsx examples/report.ts [--out out/help-centre.html] [--pictures DIR]
 *
 * With --pictures two pictures of the page are written into DIR, as docs/report.md shows them; that needs Chromium.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  adapterLearningCurve,
  decodeNpy,
  judgeAdapter,
  labelTexts,
  tune,
  type Matrix,
} from "embedtune";
import { readBeir } from "embedtune/node";
import { labelsToReview, renderReport } from "embedtune/report";
import { readBeirSides } from "./shared/beir-sides.js";
import { progressBars, runExample } from "./shared/cli.js";
import { writeWhole } from "./shared/write-whole.js";

const folder = "examples/data/help-centre";

await runExample(async (signal) => {
  const { values: options } = parseArgs({
    options: {
      out: { type: "string", default: "out/help-centre.html" },
      pictures: { type: "string" },
    },
  });
  const queries = await readVectors("queries");
  const passages = await readVectors("corpus");
  const bars = progressBars();
  const job = { signal, onProgress: bars.onProgress };
  try {
    const data = await readBeir(folder, { split: "train" });
    const vectors = { queries, corpus: passages, embedder: "all-MiniLM-L6-v2" };
    const decision = await tune(data, { vectors, ...job });
    const { adapter } = decision.best;
    const { test } = (await readBeirSides(folder)).sides(queries, passages);
    const judgement = await judgeAdapter(adapter, test, { signal });
    const learningCurve = await adapterLearningCurve(
      labelTexts(decision.texts, decision.vectors).data,
      { candidate: decision.best, ...job },
    );
    const page = await renderReport(decision, {
      title: "A help centre under MiniLM",
      ...{ judgement, learningCurve },
    });
    bars.stop();
    await mkdir(dirname(options.out), { recursive: true });
    await writeWhole(options.out, page);
    console.log(decision.sentence);
    console.log(`${labelsToReview(decision).length} labels to look at again`);
    console.log(`${options.out} written, ${Math.round(page.length / 1000)} kB`);
    if (options.pictures !== undefined) await takePictures(options.out, options.pictures);
  } finally {
    bars.stop();
  }
});

async function readVectors(name: string): Promise<Matrix> {
  const path = `${folder}/minilm-${name}.npy`;
  return decodeNpy(await readFile(path), path);
}

/** The head of the page, and the map with a question looked at. */
async function takePictures(page: string, into: string): Promise<void> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) =>
    existsSync(path),
  );
  if (executablePath === undefined) throw new Error("--pictures needs Chromium, received none");
  await mkdir(into, { recursive: true });
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const shown = await browser.newPage({ viewport: { width: 960, height: 640 } });
    await shown.goto(pathToFileURL(resolve(page)).href);
    await shown.waitForSelector("html[data-ready]");
    await shown.screenshot({ path: join(into, "decision.png") });
    await shown.selectOption("#map-picture", { label: "t-SNE: who is whose neighbour" });
    await shown.locator("canvas.map").first().focus();
    const maps = shown.locator("section[aria-labelledby=map] .panels");
    await maps.screenshot({ path: join(into, "map.png") });
  } finally {
    await browser.close();
  }
}
