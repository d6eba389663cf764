import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport, type ReportedDecision } from "../../src/report.js";
import type { AdapterLearningCurve } from "../../src/tune/learning-curve.js";
import { inventedDecision } from "../support/invented-decision.js";
import { hostileTexts } from "./hostile-texts.js";

const executablePath = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));

/** What axe-core finds wrong. */
interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly unknown[] }[];
}

describe.skipIf(executablePath === undefined)("the page in a browser", () => {
  const decision = inventedDecision({ questions: 80 });
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "embedtune-page-"));
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
    writeFileSync(join(folder, "page.html"), await renderReport(decision));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page of the folder, runs what is to be seen there, and asks that it was quiet and asked for nothing. */
  async function open(
    name: string,
    look: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const noise: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => noise.push(message.text()));
      page.on("pageerror", ({ message }) => noise.push(message));
      page.on("dialog", (dialog) => {
        noise.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => requests.push(request.url()));
      const url = pathToFileURL(join(folder, name)).href;
      await page.goto(url);
      if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
      await look(page);
      expect(noise).toEqual([]);
      expect(requests.filter((own) => own !== url && !own.startsWith("blob:"))).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const rows = "#question-table tbody tr";

  it("searches and filters all questions", () =>
    open("page.html", async (page) => {
      expect(await page.locator(rows).count()).toBe(10);
      expect(await page.locator("#question-pages [role=status]").textContent()).toBe(
        "1–10 of 80 questions",
      );
      await page.fill("#question-search", "ask17");
      expect(await page.locator(rows).count()).toBe(1);
      expect(await page.locator(`${rows} th`).textContent()).toBe(decision.texts!.queries[17]);
      await page.fill("#question-search", "no such words");
      expect(await page.locator(rows).textContent()).toBe("No question is like that.");
      await page.fill("#question-search", "");
      await page.selectOption("#question-filter", "lost");
      const lost = decision.questions.filter(({ before, after }) => after > before).length;
      expect(lost).toBeGreaterThan(0);
      expect(await page.locator("#question-count").textContent()).toBe(
        `${lost} question${lost === 1 ? "" : "s"} of 80.`,
      );
    }));

  it("shows passages in three lines, and longer where that is asked for", () =>
    open("page.html", async (page) => {
      const height = () =>
        page.evaluate(() => document.querySelector("#question-table tbody")!.clientHeight);
      const short = await height();
      await page.check("#question-whole");
      expect(await height()).toBeGreaterThan(short);
    }));

  it("sorts by a column either way, and turns pages", () =>
    open("page.html", async (page) => {
      const ranks = async (): Promise<number[]> =>
        (await page.locator(`${rows} td.rank`).allTextContents()).map((text) =>
          Number(text.split(" → ")[0]),
        );
      const sorted = decision.questions.map(({ before }) => before).sort((a, b) => a - b);
      await page.click("th[data-key=before] button");
      expect(await ranks()).toEqual(sorted.slice(0, 10));
      expect(await page.getAttribute("th[data-key=before]", "aria-sort")).toBe("ascending");
      await page.click("th[data-key=before] button");
      expect(await ranks()).toEqual(sorted.reverse().slice(0, 10));
      await page.click("#question-pages button:nth-child(2)");
      expect(await ranks()).toEqual(sorted.slice(10, 20));
    }));

  it("shows any question of the map by pointer, finger and keyboard, in both pictures at once", () =>
    open(
      "page.html",
      async (page) => {
        const detail = page.locator("#map-detail");
        const canvases = page.locator("canvas.map");
        expect(await canvases.count()).toBe(2);
        const ink = (): Promise<string[]> =>
          page.evaluate(() =>
            [...document.querySelectorAll<HTMLCanvasElement>("canvas.map")].map((canvas) =>
              canvas.toDataURL(),
            ),
          );
        const first = await ink();
        await canvases.first().focus();
        expect(await detail.textContent()).toContain("Question 1, rank");
        const seen = new Set<string>();
        for (let i = 0; i < 80; i++) {
          seen.add((await detail.locator("bdi").first().textContent()) ?? "");
          await page.keyboard.press("ArrowRight");
        }
        expect(seen).toEqual(new Set(decision.texts!.queries));
        const chosen = await ink();
        expect(chosen[0]).not.toBe(first[0]);
        expect(chosen[1]).not.toBe(first[1]);
        const last = await detail.textContent();
        await canvases.first().hover();
        const box = (await canvases.nth(1).boundingBox())!;
        for (let y = 0.3; y < 0.7; y += 0.02) {
          await page.mouse.move(box.x + box.width / 2, box.y + box.height * y);
        }
        const hovered = await detail.textContent();
        expect(hovered).not.toBe(last);
        for (let y = 0.3; y < 0.7; y += 0.05) {
          await page.touchscreen.tap(box.x + box.width * 0.55, box.y + box.height * y);
        }
        expect(await detail.textContent()).not.toBe(hovered);
      },
      { hasTouch: true },
    ));

  it("turns the map in three axes by key and by dragging, both pictures at once", () =>
    open("page.html", async (page) => {
      const ink = (): Promise<string[]> =>
        page.evaluate(() =>
          [...document.querySelectorAll<HTMLCanvasElement>("canvas.map")].map((canvas) =>
            canvas.toDataURL(),
          ),
        );
      const settled = async (): Promise<string[]> => {
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
        return ink();
      };
      const seen = [await settled()];
      const changed = async (): Promise<void> => {
        const now = await settled();
        for (const then of seen) for (const v of [0, 1]) expect(now[v]).not.toBe(then[v]);
        seen.push(now);
      };
      const canvas = page.locator("canvas.map").first();
      await page.selectOption("#map-picture", { label: "PCA, three axes: drag to turn" });
      await changed();
      await canvas.focus();
      await changed();
      await page.keyboard.press("Shift+ArrowLeft");
      await changed();
      await page.keyboard.press("Shift+ArrowUp");
      await changed();
      const { x, y, width, height } = (await canvas.boundingBox())!;
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width / 2 + 60, y + height / 2 + 20);
      await page.mouse.up();
      await changed();
    }));

  it("looks at one slice at a time, and draws t-SNE where that was asked for", async () => {
    const slices = decision.texts!.queries.map((_, i) => (i % 3 === 0 ? "billing" : "accounts"));
    writeFileSync(join(folder, "slices.html"), await renderReport(decision, { slices }));
    await open("slices.html", async (page) => {
      const names = await page.locator("#map-slice option").allTextContents();
      expect(names).toEqual(["all questions", "accounts", "billing"]);
      const first = await page.evaluate(() => document.querySelector("canvas")!.toDataURL());
      await page.selectOption("#map-slice", { label: "billing" });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      const second = await page.evaluate(() => document.querySelector("canvas")!.toDataURL());
      expect(second).not.toBe(first);
      await page.selectOption("#map-colors", { label: "slice" });
      expect(await page.locator("#map-legend").textContent()).toBe("accountsbilling");
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      const colored = await page.evaluate(() => document.querySelector("canvas")!.toDataURL());
      expect(colored).not.toBe(second);
      await page.selectOption("#map-colors", { label: "outcome: won or lost" });
      expect((await page.locator("#map-legend").textContent())?.replace(/\s+/g, " ").trim()).toBe(
        "won unchanged lost",
      );
      await page.selectOption("#map-picture", { label: "t-SNE: who is whose neighbour" });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      expect(await page.evaluate(() => document.querySelector("canvas")!.toDataURL())).not.toBe(
        second,
      );
    });
  });

  it("is reached by the keyboard alone: search, columns, pages, both maps", () =>
    open("page.html", async (page) => {
      const reached = new Set<string>();
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        reached.add(
          await page.evaluate(() => {
            const { id, tagName, className, dataset } = document.activeElement as HTMLElement;
            return [tagName, id, className, dataset["view"]].filter(Boolean).join(" ");
          }),
        );
      }
      for (const name of [
        "INPUT question-search",
        "SELECT question-filter",
        "BUTTON sort",
        "CANVAS map before",
        "CANVAS map after",
        "SUMMARY",
      ]) {
        expect([...reached], name).toContain(name);
      }
    }));

  it("offers the labels to look at again as lines of JSON", async () => {
    const [first, ...rest] = decision.questions;
    const far = { right: 3, rightCosine: -0.9, wrong: 4, wrongCosine: 0.9 };
    const hard = {
      ...{ ...first, before: 90, after: 80, bestOfAll: 70 },
      nearest: { before: far, after: far },
    };
    const own: ReportedDecision = { ...decision, questions: [hard, ...rest] };
    writeFileSync(join(folder, "review.html"), await renderReport(own));
    await open("review.html", async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click("#review-export button"),
      ]);
      const lines = readFileSync(await download.path(), "utf8")
        .trim()
        .split("\n");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        {
          reason: "ranked low",
          question: { row: hard.row, id: `q${hard.row}` },
          labelled: { row: 3, id: "p3" },
          other: { row: 4, id: "p4" },
          ranks: { before: 90, after: 80, bestOfAll: 70 },
        },
      ]);
    });
  });

  it("runs nothing that stands in the data", async () => {
    const texts = (list: readonly string[]): string[] =>
      list.map((text, i) => `${hostileTexts[i % hostileTexts.length]} ${text}`);
    const own: ReportedDecision = {
      ...decision,
      texts: {
        ...decision.texts!,
        queries: texts(decision.texts!.queries),
        passages: texts(decision.texts!.passages),
      },
    };
    writeFileSync(join(folder, "hostile.html"), await renderReport(own));
    await open("hostile.html", async (page) => {
      await page.click("th[data-key=question] button");
      await page.fill("#question-search", "<script>");
      expect(await page.locator(rows).count()).toBeGreaterThan(0);
      await page.locator("canvas.map").first().focus();
      for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
      expect(await page.locator("img, script[src]").count()).toBe(0);
    });
  });

  it("runs nothing that stands in any text of a decision, without its policy too", async () => {
    const run = "document.documentElement.dataset.ran=1";
    const payload = [
      `</script><script>${run}</script>`,
      `</title></style></textarea></template><script>${run}</script>`,
      `--><!--<script>${run}</script>`,
      `"><img src=x onerror="${run}">' onmouseover='${run}`,
      `<svg onload="${run}"><a href="javascript:${run}">x</a><base href="http://127.0.0.1:1/">`,
      `<iframe srcdoc="<script>parent.${run}</script>"></iframe><math><style></math><img src onerror=${run}>`,
    ].join(" ");
    /** The same with the payload in every text but the names that are chosen from a list. */
    const infect = (value: unknown, key = ""): unknown => {
      if (typeof value === "string") {
        return ["verdict", "claim", "metric", "side", "skipped"].includes(key)
          ? value
          : `${payload} ${value}`;
      }
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
      if (Array.isArray(value)) return value.map((part) => infect(part, key));
      if (key === "adapter" || key === "vectors") return value;
      return Object.fromEntries(Object.entries(value).map(([k, part]) => [k, infect(part, k)]));
    };
    const own = infect(decision) as ReportedDecision;
    const slices = decision.texts!.queries.map((_, i) => `${payload} ${i % 2}`);
    const html = await renderReport(own, {
      ...{ title: payload, slices, facts: [{ label: payload, value: payload }] },
      judgement: { sentence: payload },
    });
    const policy = /<meta\s+http-equiv="Content-Security-Policy"[^>]*>/;
    expect(html).toMatch(policy);
    writeFileSync(join(folder, "no-policy.html"), html.replace(policy, ""));
    await open("no-policy.html", async (page) => {
      for (const key of ["question", "before"]) await page.click(`th[data-key=${key}] button`);
      await page.check("#question-whole");
      await page.locator("canvas.map").first().focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
      expect(await page.locator("html[data-ran], img, iframe, math, base, [onload]").count()).toBe(
        0,
      );
      expect(await page.locator('a[href^="javascript:"], [onmouseover]').count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
    });
  });

  it("is read without script: sentence, charts and the first rows", () =>
    open(
      "page.html",
      async (page) => {
        expect(await page.locator(".verdict").textContent()).toBe(decision.sentence);
        expect(await page.locator(rows).count()).toBe(10);
        expect(await page.locator("svg.chart").count()).toBeGreaterThan(5);
        expect(await page.locator(".controls:visible").count()).toBe(0);
      },
      { javaScriptEnabled: false },
    ));

  it("draws as many pixels as the screen has", () =>
    open(
      "page.html",
      async (page) => {
        const { drawn, wide } = await page.evaluate(() => {
          const canvas = document.querySelector("canvas")!;
          return { drawn: canvas.width, wide: canvas.clientWidth };
        });
        expect(drawn).toBe(2 * wide);
      },
      { deviceScaleFactor: 3 },
    ));

  it("fits a phone without scrolling sideways, however long the names", async () => {
    const slices = Array.from(
      { length: 80 },
      (_, i) => `${"a slice of a long name ".repeat(4)}${i % 4}`,
    );
    writeFileSync(join(folder, "long-names.html"), await renderReport(decision, { slices }));
    for (const name of ["page.html", "long-names.html"]) {
      await open(
        name,
        async (page) => {
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width).toBe(400);
        },
        { viewport: { width: 400, height: 800 } },
      );
    }
  });

  it("prints three to five pages, of few questions and of many, with slices and a learning curve", async () => {
    const slices = Array.from({ length: 400 }, (_, i) => `slice ${i % 15}`);
    const gain = { gain: 0.01, low: -0.02, high: 0.04 };
    const learningCurve: AdapterLearningCurve = {
      ...{ metric: "mrr", claim: "questions", untouched: 0.5 },
      points: Array.from({ length: 8 }, (_, i) => ({ pairs: 2 ** i, figure: 0.51, gain })),
    };
    const pages = {
      "page.html": null,
      "few.html": await renderReport(inventedDecision({ questions: 3, passages: 3 })),
      "many.html": await renderReport(inventedDecision({ questions: 400, passages: 400 }), {
        ...{ slices, learningCurve, projections: [] },
      }),
    };
    for (const [name, content] of Object.entries(pages)) {
      if (content !== null) writeFileSync(join(folder, name), content);
      await open(name, async (page) => {
        const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
        const count = pdf.match(/\/Type\s*\/Page\b/g)!.length;
        expect(count, name).toBeGreaterThanOrEqual(3);
        expect(count, name).toBeLessThanOrEqual(5);
      });
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`gives axe-core nothing to find, ${colorScheme}`, () =>
      open(
        "page.html",
        async (page) => {
          await page.evaluate(() => {
            for (const details of document.querySelectorAll("details")) details.open = true;
          });
          const { violations } = (await page.evaluate(`${axe.source}; axe.run()`)) as AxeResults;
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.length}`)).toEqual([]);
        },
        { colorScheme, bypassCSP: true },
      ));
  }
});
