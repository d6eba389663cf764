import { inflateRawSync } from "node:zlib";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Parser } from "htmlparser2";
import { beforeAll, describe, expect, it } from "vitest";
import {
  renderReport as render,
  type ReportedDecision,
  type ReportOptions,
} from "../../src/report.js";
import { version } from "../../src/report/version.js";
import { generate } from "../../src/report/page/build-script.js";
import { pageScript } from "../../src/report/page/script.generated.js";
import type { Payload } from "../../src/report/page/payload.js";
import {
  darkColors,
  darkSurfaces,
  lightColors,
  lightSurfaces,
} from "../../src/report/page/page-style.js";
import { interval } from "../../src/tune/verdict/words.js";
import { readFileSync } from "node:fs";
import { hostileTexts } from "./hostile-texts.js";
import { inventedDecision } from "../support/invented-decision.js";

/** Without t-SNE, which takes longer than all else. */
const renderReport = (decision: ReportedDecision, options?: ReportOptions): Promise<string> =>
  render(decision, { projections: [], ...options });

interface Read {
  readonly tags: string[];
  readonly attributes: { tag: string; name: string; value: string }[];
  /** What a reader sees: without scripts and styles. */
  readonly text: string;
  readonly scripts: { kind: string | undefined; text: string }[];
  readonly headings: number[];
}

function read(page: string): Read {
  const tags: string[] = [];
  const attributes: Read["attributes"] = [];
  const scripts: Read["scripts"] = [];
  let text = "";
  let open = "";
  const parser = new Parser({
    onopentag(tag, values) {
      tags.push(tag);
      open = tag;
      if (tag === "script") scripts.push({ kind: values["type"], text: "" });
      for (const [name, value] of Object.entries(values)) attributes.push({ tag, name, value });
    },
    ontext(part) {
      if (open === "script") scripts[scripts.length - 1].text += part;
      else if (open !== "style") text += part;
    },
    onclosetag() {
      open = "";
    },
  });
  parser.end(page);
  const headings = tags.filter((tag) => /^h[1-6]$/.test(tag)).map((tag) => Number(tag[1]));
  return { tags, attributes, text: text.replace(/\s+/g, " "), scripts, headings };
}

function payloadOf(page: string): Payload {
  const packed = read(page).scripts.find(({ kind }) => kind !== undefined)!.text;
  return JSON.parse(inflateRawSync(Buffer.from(packed, "base64")).toString()) as Payload;
}

const hashOf = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The same decision with the untouched embedding as its best. */
function identityDecision(): ReportedDecision {
  const decision = inventedDecision();
  const best = { ...decision.best, method: "identity", side: "query", parameters: {} } as const;
  return { ...decision, best, verdict: "not shown", sentence: "not shown: nothing helps." };
}

describe("renderReport", () => {
  const decision = inventedDecision();
  let page = "";
  beforeAll(async () => {
    page = await renderReport(decision);
  });

  it("prints the sentence word for word, and its figures to the digit", () => {
    const { text } = read(page);
    expect(text).toContain(decision.sentence);
    for (const [name, own] of Object.entries(decision.figures)) {
      expect(text, name).toContain(interval(own));
      expect(text, name).toContain(own.before.toFixed(3));
      expect(text, name).toContain(own.after.toFixed(3));
    }
    expect(text).toContain(interval(decision.queryOnlyDifference!));
    const won = decision.questions.filter(({ before, after }) => after < before).length;
    expect(text).toContain(`${won} questions won`);
  });

  it("runs no script but its own, by hash, and loads nothing", () => {
    const { attributes, scripts, tags } = read(page);
    const policy = attributes.find(({ value }) => value.includes("default-src"))!.value;
    const own = scripts.filter(({ kind }) => kind === undefined);
    expect(own).toHaveLength(1);
    expect(policy).toContain(`script-src ${hashOf(own[0].text)}`);
    const style = /<style>([^]*?)<\/style>/.exec(page)![1];
    expect(policy).toContain(`style-src ${hashOf(style)}`);
    expect(policy).toContain("default-src 'none'");
    for (const tag of ["link", "iframe", "img", "object", "embed", "image", "use", "base"]) {
      expect(tags).not.toContain(tag);
    }
    const names = attributes.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("on"))).toEqual([]);
    expect(names).not.toContain("style");
    const links = attributes.filter(({ name }) => name === "href").map(({ value }) => value);
    expect(links.filter((link) => !link.startsWith("#"))).toEqual([]);
    expect(style).not.toMatch(/url\(|@import/);
  });

  it("keeps all script below 12 kB gzip, and holds the script that its sources build", async () => {
    expect(gzipSync(pageScript).length).toBeLessThan(12_000);
    const committed = readFileSync("src/report/page/script.generated.ts", "utf8");
    expect(await generate()).toBe(committed);
  });

  it("puts headings in order, gives no two elements the same id and tables their scopes", () => {
    const { headings, attributes, tags } = read(page);
    expect(headings[0]).toBe(1);
    expect(headings.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of headings.entries()) {
      if (i > 0) expect(level - headings[i - 1]).toBeLessThanOrEqual(1);
    }
    const ids = attributes.filter(({ name }) => name === "id").map(({ value }) => value);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = tags.filter((tag) => tag === "th").length;
    expect(attributes.filter(({ tag, name }) => tag === "th" && name === "scope")).toHaveLength(
      cells,
    );
  });

  it("describes each picture in words with its figures", () => {
    const { attributes } = read(page);
    const pictures = attributes.filter(
      ({ tag, name, value }) => tag === "svg" && name === "role" && value === "img",
    );
    const labels = attributes.filter(({ tag, name }) => tag === "svg" && name === "aria-label");
    expect(pictures.length).toBeGreaterThan(6);
    expect(labels).toHaveLength(pictures.length);
    for (const { value } of labels) expect(value).toMatch(/\d/);
  });

  it("holds all judged questions for its script, each passage once", () => {
    const payload = payloadOf(page);
    expect(payload.before).toHaveLength(decision.questions.length);
    expect(new Set(payload.rows.questions).size).toBe(payload.rows.questions.length);
    expect(new Set(payload.rows.passages).size).toBe(payload.rows.passages.length);
    for (const [i, row] of payload.rows.questions.slice(0, payload.before.length).entries()) {
      const question = decision.questions.find((own) => own.row === row)!;
      expect([payload.before[i], payload.after[i]]).toEqual([question.before, question.after]);
      const { right } = question.nearest.before;
      expect(payload.rows.passages[payload.nearest.before.right[i]]).toBe(right);
    }
    expect(Math.max(...payload.passages.map((text) => text.length))).toBeLessThanOrEqual(200);
  });

  it("is the same string for the same decision", async () => {
    expect(await renderReport(inventedDecision())).toBe(page);
  });

  it("is made from a decision alone", async () => {
    const { texts: _, vectors: __, embedding: ___, nearDuplicates: ____, ...alone } = decision;
    const bare = read(await renderReport(alone));
    expect(bare.text).toContain(decision.sentence);
    expect(bare.text).toMatch(/question \d+ passage \d+/);
    expect(bare.tags).not.toContain("canvas");
  });

  it("holds no text where texts are to stay out, and says what it holds", async () => {
    const groups = decision.texts!.queries.map((_, i) => `group\tsecret page ${i % 4}`);
    const own = { ...decision, texts: { ...decision.texts!, groups } };
    const kept = await renderReport(own, { texts: false });
    const all = kept + JSON.stringify(payloadOf(kept));
    for (const text of [...own.texts.queries, ...own.texts.passages]) {
      expect(all).not.toContain(text.slice(0, 20));
    }
    expect(all).not.toContain("secret page");
    expect(read(kept).text).toContain("holds no text of any question or passage");
    expect(await renderReport(own)).toContain("secret page 1");
  });

  it("says of an identity that there is no after, and shows none", async () => {
    const { text, tags } = read(await renderReport(identityDecision()));
    expect(text).toContain("there is no “after”");
    expect(text).not.toMatch(/First after|won most|questions won/);
    expect(tags.filter((tag) => tag === "canvas")).toHaveLength(1);
  });

  it("says how to get what it does not show, and what the names on it mean", async () => {
    const { text } = read(await renderReport({ ...decision, vectors: undefined }));
    expect(text).toContain("made without their vectors");
    expect(text).toContain("--learning-curve");
    expect(text).toContain("relevant component analysis");
    expect(text).toContain("ridge regression");
    expect(text).not.toContain("trained step by step");
    const drawn = read(await renderReport(decision)).text;
    expect(drawn).not.toContain("made without their vectors");
  });

  it("shows what was not tested as such", async () => {
    const untested: ReportedDecision = {
      ...decision,
      ...{ verdict: "untested", claim: null, sentence: "untested: there are no labels." },
      ...{ figures: {}, questions: [], table: [], cosines: null, otherClaim: null, forms: [] },
      ...{ peerGain: null, queryOnlyDifference: null, labelsNeeded: 100 },
      best: { ...decision.best, expected: null },
      bestQueryOnly: { ...decision.bestQueryOnly, expected: null },
    };
    const { text } = read(await renderReport(untested));
    expect(text).toContain("untested: there are no labels.");
    expect(text).toContain("Label about 100 questions");
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("tells each verdict what to do", async () => {
    const told = async (verdict: ReportedDecision["verdict"], side: "both" | "query" = "both") =>
      read(await renderReport({ ...decision, verdict, best: { ...decision.best, side } })).text;
    expect(await told("use it")).toContain("loadAdapter(");
    expect(await told("use it")).toContain("Every passage, once");
    expect(await told("use it", "query")).not.toContain("Every passage, once");
    expect(await told("not shown")).toContain("at an even chance");
    expect(await told("leave it")).toContain("lower than the untouched embedding");
  });

  it("takes hostile texts for texts, wherever they stand", async () => {
    const texts = (list: readonly string[]): string[] =>
      list.map((text, i) => `${hostileTexts[i % hostileTexts.length]} ${text}`);
    const all = hostileTexts.join(" ");
    const broken = await renderReport(
      {
        ...decision,
        sentence: all,
        texts: {
          ...decision.texts!,
          queries: texts(decision.texts!.queries),
          passages: texts(decision.texts!.passages),
          groups: decision.texts!.queries.map((_, i) => `group\t${hostileTexts[i % 4]}`),
        },
        best: { ...decision.best, method: all },
        embedding: { ...decision.embedding!, embedder: all },
        table: decision.table.map((row) => ({ ...row, method: all })),
      },
      { title: all, facts: hostileTexts.map((text) => ({ label: text, value: text })) },
    );
    const { tags, attributes, text, scripts } = read(broken);
    expect(scripts).toHaveLength(2);
    expect(tags).not.toContain("img");
    expect(attributes.filter(({ name }) => name.startsWith("on"))).toEqual([]);
    expect(text).toContain(`</script><script>alert("x")</script>`);
    expect(text).toContain("😀 \u{1F468}\u200d\u{1F469}\u200d\u{1F467} عربي 漢字");
    expect([...broken].some((c) => c < " " && c !== "\n")).toBe(false);
  });

  it("shows slices, held-back questions, a learning curve, facts and changed labels where it is given them", async () => {
    const pairs = decision.texts!.pairs!;
    const { text } = read(
      await renderReport(decision, {
        slices: decision.texts!.queries.map((_, i) => (i % 2 === 0 ? "billing" : "accounts")),
        judgement: { sentence: "use it: for the questions given, it holds." },
        facts: [{ label: "Export", value: "tickets of May" }],
        previous: {
          ...decision.texts!,
          pairs: { ...pairs, label: pairs.label.map((_, i) => (i < 2 ? 0 : 1)) },
        },
        learningCurve: {
          ...{ metric: "mrr", claim: "questions", untouched: 0.5 },
          points: [
            { pairs: 10, figure: 0.51, gain: { gain: 0.01, low: -0.02, high: 0.04 } },
            { pairs: 1600, figure: 0.62, gain: { gain: 0.12, low: 0.08, high: 0.16 } },
          ],
        },
      }),
    );
    for (const part of [
      "billing",
      "accounts",
      "it holds.",
      "tickets of May",
      "1,600",
      "0.620",
      "2 labels changed",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("draws what is tiny, tied or of one kind without a number that is none", async () => {
    const [first] = decision.questions;
    const flat = { right: 0, rightCosine: 0.5, wrong: 1, wrongCosine: 0.5 };
    const lone = { right: 0, rightCosine: 0.5, wrong: null, wrongCosine: null };
    for (const nearest of [flat, lone]) {
      for (const count of [1, 3]) {
        const questions = Array.from({ length: count }, (_, row) => ({
          ...{ ...first, row, before: 1, after: 1, bestOfAll: 1 },
          nearest: { before: nearest, after: nearest },
        }));
        const tiny = await renderReport({ ...decision, questions });
        expect(tiny).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  it("refuses a decision that would be shown wrong, by name", async () => {
    const wrong = (change: Partial<ReportedDecision>, options = {}) =>
      renderReport({ ...decision, ...change }, options);
    await expect(wrong({ sentence: "" })).rejects.toThrow(
      'renderReport: decision.sentence must be a sentence, received ""',
    );
    const [question] = decision.questions;
    await expect(wrong({ questions: [{ ...question, before: 0 }] })).rejects.toThrow(
      "renderReport: decision.questions[0].before must be an integer >= 1, received 0",
    );
    await expect(wrong({ questions: [{ ...question, row: 60 }] })).rejects.toThrow(
      "renderReport: decision.questions[0].row must be an integer from 0 to 59, received 60",
    );
    const nearest = { ...question.nearest, after: { ...question.nearest.after, rightCosine: NaN } };
    await expect(wrong({ questions: [{ ...question, nearest }] })).rejects.toThrow(
      "questions[0].nearest.after.rightCosine must be a finite number, received NaN",
    );
    await expect(wrong({}, { slices: ["one"] })).rejects.toThrow(
      "renderReport: slices must be 60 rows, one per text, received 1",
    );
    await expect(wrong({}, { projections: ["mds"] as never })).rejects.toThrow(
      'renderReport: projections[0] must be "tsne", "tsne-3d", "umap" or "umap-3d", received "mds"',
    );
    await expect(renderReport(undefined as never)).rejects.toThrow("renderReport: decision");
  });

  it("takes at most 2 MB at 1,000 questions", async () => {
    const large = await renderReport(inventedDecision({ questions: 1000, passages: 1000 }));
    expect(Buffer.byteLength(large)).toBeLessThan(2_000_000);
  });

  it("names the library's version", () => {
    const { version: published } = JSON.parse(readFileSync("package.json", "utf8")) as {
      version: string;
    };
    expect(version).toBe(published);
    expect(read(page).text).toContain(`embedtune ${published}`);
  });
});

describe("the page's colours", () => {
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const [name, inks, surfaces] of [
    ["light", lightColors, lightSurfaces],
    ["dark", darkColors, darkSurfaces],
  ] as const) {
    it(`reach WCAG's 4.5 : 1 for text and 3 : 1 for marks on the ${name} page`, () => {
      for (const surface of Object.values(surfaces)) {
        for (const ink of ["ink", "mutedInk", "won", "lost", "right", "first"] as const) {
          expect(contrast(inks[ink], surface), ink).toBeGreaterThanOrEqual(4.5);
        }
        for (const ink of ["before", "after", "right", "wrong", "lineStrong"] as const) {
          expect(contrast(inks[ink], surface), ink).toBeGreaterThanOrEqual(3);
        }
      }
    });
  }
});
