import { Parser } from "htmlparser2";
import { beforeAll, describe, expect, it } from "vitest";
import { renderReport, type MethodFigures, type ReportData } from "../../src/report.js";
import { formatNumber, formatPercent, shorten } from "../../src/report/format.js";
import { darkColors, darkSurfaces, lightSurfaces } from "../../src/report/page/page-style.js";
import { colors } from "../../src/report/plots/vega-lite.js";
import { beforeAndAfter } from "../../src/report/report-fields.js";
import { sampleData } from "./sample-data.js";

const hostile = [
  `</script><script>alert("x")</script>`,
  `"><img src=x onerror=alert(1)>`,
  `</style><!-- ]]> &amp; &#x3c;b>`,
  `' onmouseover='alert(1)`,
  "😀 \u{1F468}\u200d\u{1F469}\u200d\u{1F467} عربي 漢字 e\u0301",
  "\ud800 lone surrogate, NUL \u0000, bell \u0007",
  "x".repeat(10_000),
  "word ".repeat(2_000),
];

/** The elements, attributes and texts of a page. */
function read(page: string): {
  tags: Set<string>;
  attributes: { tag: string; name: string; value: string }[];
  text: string;
} {
  const tags = new Set<string>();
  const attributes: { tag: string; name: string; value: string }[] = [];
  let text = "";
  const parser = new Parser({
    onopentag(tag, values) {
      tags.add(tag);
      for (const [name, value] of Object.entries(values)) attributes.push({ tag, name, value });
    },
    ontext(part) {
      text += part;
    },
  });
  parser.end(page);
  return { tags, attributes, text };
}

/** The first place where a tag closes another element than the one that is open; `null` when all is well. */
function misnested(page: string): string | null {
  const open: string[] = [];
  // No attribute of the page holds a bare ">", so a tag ends at the first one.
  for (const [tag, slash, name, selfClosing] of page.matchAll(
    /<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi,
  )) {
    if (selfClosing === "/" || name === "meta") continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) return tag;
  }
  return open.length === 0 ? null : `<${open.join("> <")}>`;
}

function hostileData(): ReportData {
  const data = sampleData();
  const [a, b] = [hostile[0], hostile[1]];
  const rename = <T extends { set: string }>(row: T): T => ({ ...row, set: row.set + hostile[2] });
  const all = hostile.join(" ");
  const view = data.latent!.before!;
  return {
    title: all,
    subtitle: all,
    decision: { verdict: "not shown", sentence: all },
    baseline: a,
    chosen: b,
    facts: hostile.map((text) => ({ label: text, value: text })),
    methods: data.methods!.map(rename).map((row) => ({
      ...row,
      name: row.name === "none" ? a : row.name === "rca" ? b : hostile[3],
      thresholdFrom: all,
    })),
    histograms: data
      .histograms!.slice(0, 2)
      .map(rename)
      .map((sample) => ({ ...sample, method: a })),
    latent: {
      before: {
        title: all,
        method: all,
        points: hostile.map((text, i) => ({ side: "query" as const, x: i, y: -i, text })),
        links: [],
      },
      after: { ...view, points: view.points.slice(0, 3), links: [] },
    },
    training: { ...data.training!, method: all },
    example: hostile.map((text) => ({
      question: text,
      before: { rank: 2, passages: [{ text, cosine: 0.5, right: false }] },
      after: { rank: 1, passages: [{ text, cosine: 0.6, right: true }] },
    })),
    distributions: [{ title: all, unit: all, of: all, values: [1, 2, 3] }],
  };
}

describe("renderReport", () => {
  let page = "";
  beforeAll(async () => {
    page = await renderReport(sampleData());
  });

  it("holds everything it shows: no script, no address to load from", () => {
    const { tags, attributes } = read(page);
    for (const tag of ["script", "link", "iframe", "img", "object", "embed", "image", "use"]) {
      expect(tags).not.toContain(tag);
    }
    const names = attributes.map((attribute) => attribute.name);
    for (const name of ["src", "href", "xlink:href", "action", "style"]) {
      expect(names).not.toContain(name);
    }
    expect(names.filter((name) => name.startsWith("on"))).toEqual([]);
    expect(page).not.toMatch(/url\(|@import/);
  });

  it("closes what it opens and gives no two elements the same id", () => {
    const { attributes } = read(page);
    expect(misnested(page)).toBeNull();
    const ids = attributes.filter(({ name }) => name === "id").map(({ value }) => value);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("shows every figure of every method and set", () => {
    const { text } = read(page);
    for (const row of sampleData().methods!) {
      expect(text).toContain(
        `${formatPercent(row.accuracy)}\u00a0±\u00a0${formatNumber(row.interval! * 100, 1)}`,
      );
      expect(text).toContain(`${formatNumber(row.threshold!, 3)} (train)`);
      expect(text).toContain(formatNumber(row.rocAuc!, 3));
    }
    expect(text).toContain(formatPercent(2 / 3));
  });

  it("describes each picture to those who do not see it, and each figure in words", () => {
    const { attributes, tags } = read(page);
    const pictures = attributes.filter(({ tag, name }) => tag === "svg" && name === "role");
    const labels = attributes.filter(({ tag, name }) => tag === "svg" && name === "aria-label");
    expect(pictures).toHaveLength(10);
    expect(labels.filter(({ value }) => value.length > 20)).toHaveLength(10);
    expect(tags).toContain("figcaption");
    expect(page.match(/<figure>/g)).toHaveLength(page.match(/<figcaption>/g)!.length);
  });

  it("shows the question with its passages before and after", () => {
    const { text } = read(page);
    expect(text).toContain("when was the lighthouse on the western cape built");
    expect(text.replace(/\s+/g, " ")).toContain(
      "The right passage is number 4 before and number 1 after.",
    );
    expect(text).toContain("✓ right passage");
  });

  it("is the same string for the same data", async () => {
    expect(await renderReport(sampleData())).toBe(page);
  });

  it("takes hostile texts for texts, wherever they stand", async () => {
    const broken = await renderReport(hostileData());
    const { tags, attributes, text } = read(broken);
    expect(tags).not.toContain("script");
    expect(tags).not.toContain("img");
    expect(attributes.filter(({ name }) => name.startsWith("on"))).toEqual([]);
    expect(misnested(broken)).toBeNull();
    expect(text).toContain(`</script><script>alert("x")</script>`);
    expect(text).toContain("😀 \u{1F468}\u200d\u{1F469}\u200d\u{1F467} عربي 漢字");
    expect([...broken].some((c) => c < " " && c !== "\n")).toBe(false);
  });

  it("leaves out the section of what was not given", async () => {
    const { methods } = sampleData();
    const small = await renderReport({ methods });
    expect(small).toContain("<table>");
    expect(small).not.toContain("<svg");
    expect(small).not.toContain("<figure");
    const none = await renderReport({ methods, histograms: [], facts: [], example: [] });
    expect(none).toBe(small);
  });

  it("gives the verdict in the words of the decision, and none of its own", async () => {
    const { methods } = sampleData();
    const sentence = 'not shown: for "these" questions <nothing> is shown & no more; 5 < 6.';
    const told = await renderReport({ decision: { verdict: "not shown", sentence }, methods });
    expect(read(told).text).toContain(`Verdict. ${sentence}`);
    expect(read(await renderReport({ methods })).text).not.toMatch(/Verdict\.|no clear change/);
    const alone = await renderReport({ decision: { verdict: "untested", sentence } });
    expect(read(alone).text).toContain(sentence);
    await expect(renderReport({ decision: { verdict: "untested", sentence: "" } })).rejects.toThrow(
      'renderReport: decision.sentence must be a sentence, received ""',
    );
  });

  it("refuses data with nothing in them", async () => {
    await expect(renderReport({})).rejects.toThrow(
      "renderReport: data must have a part to show, received none",
    );
    await expect(renderReport({ methods: [], histograms: [] })).rejects.toThrow("received none");
  });

  it("refuses a figure that is not one, by name", async () => {
    const row = sampleData().methods![0];
    const wrong = (change: Partial<MethodFigures>) =>
      renderReport({ methods: [{ ...row, ...change }] });
    await expect(wrong({ accuracy: NaN })).rejects.toThrow(
      "renderReport: methods[0].accuracy must be a number from 0 to 1, received NaN",
    );
    await expect(wrong({ accuracy: 82.9 })).rejects.toThrow("received 82.9");
    await expect(wrong({ rocAuc: Infinity })).rejects.toThrow("methods[0].rocAuc");
    await expect(wrong({ threshold: NaN })).rejects.toThrow("methods[0].threshold");
    await expect(wrong({ seconds: -1 })).rejects.toThrow(
      "seconds must be a number >= 0, received -1",
    );
    await expect(renderReport({ methods: [row], chosen: "rca" })).rejects.toThrow(
      `renderReport: chosen must be "none", received "rca"`,
    );
  });

  it("says of a threshold that accepts all or none what it does", async () => {
    const row = sampleData().methods![0];
    const one = await renderReport({ methods: [{ ...row, threshold: -Infinity }] });
    expect(one).toContain("accept all (train)");
  });
});

describe("before and after", () => {
  it("are the first method and the last unless told otherwise", () => {
    const row = sampleData().methods![0];
    const methods = ["none", "rca", "notebook"].map((name) => ({ ...row, name }));
    expect(beforeAndAfter({ methods })).toEqual({ before: "none", after: "notebook" });
    expect(beforeAndAfter({ methods, chosen: "rca" })).toEqual({ before: "none", after: "rca" });
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
    ["light", colors, lightSurfaces],
    ["dark", darkColors, darkSurfaces],
  ] as const) {
    it(`reach WCAG's 4.5 : 1 for text and 3 : 1 for marks on the ${name} page`, () => {
      for (const surface of Object.values(surfaces)) {
        for (const ink of ["ink", "mutedInk", "mark"] as const) {
          expect(contrast(inks[ink], surface)).toBeGreaterThanOrEqual(4.5);
        }
        for (const mark of ["first", "second"] as const) {
          expect(contrast(inks[mark], surface)).toBeGreaterThanOrEqual(3);
        }
      }
    });
  }
});

describe("shorten", () => {
  it("leaves a short text as it is, blanks made one and cells separated", () => {
    expect(shorten("  a\n\nb\tc ", 20)).toBe("a b | c");
  });

  it("cuts at a word, at no more than the length, and never through an emoji", () => {
    expect(shorten("one two three", 9)).toBe("one two…");
    expect([...shorten("😀".repeat(30), 10)]).toEqual([...Array<string>(9).fill("😀"), "…"]);
    expect([...shorten("x".repeat(10_000), 50)]).toHaveLength(50);
  });
});
