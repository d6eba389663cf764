import fc from "fast-check";
import { compile } from "vega-lite";
import { describe, expect, it } from "vitest";
import {
  distributionSpec,
  histogramPanels,
  histogramSpec,
  latentSpec,
  latentView,
  renderPng,
  renderSvg,
  trainingSpec,
  type CosineSample,
  type LatentView,
  type VegaLiteSpec,
} from "../../src/report.js";
import { createMatrix } from "../../src/math/matrix.js";
import { latentSpace } from "../../src/project/latent-space.js";
import { countBins, roundedRange } from "../../src/report/plots/bins.js";
import { boxEdges, viewRotation } from "../../src/report/plots/view-rotation.js";
import { sampleData } from "./sample-data.js";

const data = sampleData();

/** What vega-lite says about a specification it does not wholly understand. */
function complaints(spec: VegaLiteSpec): string[] {
  const said: string[] = [];
  const note = (...args: readonly unknown[]) => {
    said.push(args.join(" "));
    return logger;
  };
  const logger = {
    level: () => logger,
    error: note,
    warn: note,
    info: () => logger,
    debug: () => logger,
  };
  compile(spec as never, { logger: logger as never });
  return said;
}

interface Layer {
  data: { values: Record<string, unknown>[] };
}
const layersOf = (spec: VegaLiteSpec): Layer[] => spec["layer"] as Layer[];
const roundNumbers = (svg: string): string =>
  svg.replace(/\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10));

describe("countBins", () => {
  it("counts every value once, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        (values, count) => {
          const bins = countBins(values, { ...roundedRange([values], 0.05), count });
          expect(bins).toHaveLength(count);
          expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
        },
      ),
    );
  });

  it("puts a value on a border in the bin above it, the largest in the last", () => {
    const bins = countBins([0, 0.5, 1], { from: 0, to: 1, count: 2 });
    expect(bins).toEqual([
      { from: 0, to: 0.5, count: 1 },
      { from: 0.5, to: 1, count: 2 },
    ]);
  });

  it("has a range to draw even when all values are equal", () => {
    const { from, to } = roundedRange([[0.5, 0.5]], 0.05);
    expect(from).toBeLessThan(0.5);
    expect(to).toBeGreaterThan(0.5);
  });
});

describe("every specification", () => {
  const specs: Record<string, VegaLiteSpec> = {
    histogramSpec: histogramSpec(data.histograms, { methods: data.methods }),
    latentSpec: latentSpec(data.latent.before),
    trainingSpec: trainingSpec(data.training),
    distributionSpec: distributionSpec(data.distributions[0]),
  };
  for (const [name, spec] of Object.entries(specs)) {
    it(`is plain data that vega-lite compiles without a complaint: ${name}`, () => {
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
      expect(complaints(spec)).toEqual([]);
    });
  }
});

describe("histogramSpec", () => {
  it("has a row per set and a column per method, in the order given", () => {
    const panels = histogramPanels(data.histograms);
    expect(panels.map(({ set, method }) => `${set}/${method}`)).toEqual([
      "weak/none",
      "weak/rca",
      "hard/none",
      "hard/rca",
    ]);
  });

  it("shows shares that sum to 1 for each label of each panel, and counts that sum to the pairs", () => {
    for (const { spec } of histogramPanels(data.histograms)) {
      const bars = layersOf(spec)[0].data.values as {
        label: string;
        share: number;
        hover: string;
      }[];
      for (const label of ["match", "no match"]) {
        const mine = bars.filter((bar) => bar.label === label);
        expect(mine.reduce((sum, bar) => sum + bar.share, 0)).toBeCloseTo(1, 9);
        const counted = mine.map((bar) => Number(/: (\d+) of/.exec(bar.hover)?.[1]));
        expect(counted.reduce((sum, n) => sum + n, 0)).toBe(label === "match" ? 300 : 600);
      }
    }
  });

  it("marks the threshold of the panel's own method and set", () => {
    const panels = histogramPanels(data.histograms, { methods: data.methods });
    const marked = panels.map(({ spec }) => layersOf(spec)[1].data.values[0]["threshold"]);
    expect(marked).toEqual([0.207, 0.221, 0.402, 0.377]);
  });

  it("marks no threshold that lies outside the cosines, such as accepting all", () => {
    const methods = data.methods.map((row) => ({ ...row, threshold: -Infinity }));
    for (const { spec } of histogramPanels(data.histograms, { methods })) {
      expect(layersOf(spec)).toHaveLength(1);
    }
  });

  it("draws one label alone", async () => {
    const svg = await renderSvg(histogramSpec([data.histograms[0]]));
    expect(svg).toContain("<title>match: ");
    expect(svg).not.toContain("<title>no match: ");
  });

  const sample = (change: Partial<CosineSample>): CosineSample[] => [
    { method: "none", set: "weak", label: 1, cosines: [0.1, 0.2], ...change },
  ];
  it("refuses no sample, an empty one, a NaN, what is no cosine and a label that is none, by name", () => {
    expect(() => histogramSpec([])).toThrow(
      "histogramSpec: samples.length must be an integer >= 1, received 0",
    );
    expect(() => histogramSpec(sample({ cosines: [] }))).toThrow(
      "histogramSpec: samples[0].cosines.length must be an integer >= 1, received 0",
    );
    expect(() => histogramSpec(sample({ cosines: [0.1, NaN] }))).toThrow(
      "histogramSpec: samples[0].cosines[1] must be a cosine (-1 to 1), received NaN",
    );
    expect(() => histogramSpec(sample({ cosines: [1.5] }))).toThrow("received 1.5");
    expect(() => histogramSpec(sample({ label: 2 as 1 }))).toThrow("must be 0 or 1, received 2");
    expect(() => histogramSpec([...sample({}), ...sample({})])).toThrow(
      "samples[1] must be the only sample of its method, set and label",
    );
  });

  it("takes a cosine that rounding has carried beyond 1", () => {
    expect(() => histogramSpec(sample({ cosines: [1 + 1e-9] }))).not.toThrow();
  });
});

describe("latentSpec", () => {
  const view: LatentView = {
    points: [
      { side: "query", x: 0, y: 0, text: "where is it" },
      { side: "passage", x: 3, y: 1, text: "It is here." },
    ],
    links: [[0, 1]],
  };

  it("draws a line from each query to its right passage", () => {
    expect(layersOf(latentSpec(view))[0].data.values).toEqual([{ x: 0, y: 0, x2: 3, y2: 1 }]);
  });

  it("makes one unit as long on both axes and leaves no point out", () => {
    const { layer, width, height } = latentSpec(view) as unknown as {
      layer: { encoding: Record<"x" | "y", { scale: { domain: [number, number] } }> }[];
      width: number;
      height: number;
    };
    const [x, y] = [layer[1].encoding.x.scale.domain, layer[1].encoding.y.scale.domain];
    expect((x[1] - x[0]) / width).toBeCloseTo((y[1] - y[0]) / height, 9);
    for (const point of view.points) {
      expect(point.x).toBeGreaterThan(x[0]);
      expect(point.x).toBeLessThan(x[1]);
      expect(point.y).toBeGreaterThan(y[0]);
      expect(point.y).toBeLessThan(y[1]);
    }
  });

  it("draws a single point", async () => {
    const svg = await renderSvg(latentSpec({ points: [view.points[0]], links: [] }));
    expect(svg).toContain("<title>query: where is it</title>");
    expect(svg).not.toContain("NaN");
  });

  it("refuses no points, a NaN and a line to a point that is not there, by name", () => {
    expect(() => latentSpec({ points: [], links: [] })).toThrow(
      "latentSpec: view.points.length must be an integer >= 1, received 0",
    );
    const broken = [{ ...view.points[0], y: NaN }, view.points[1]];
    expect(() => latentSpec({ points: broken, links: [] })).toThrow(
      "points[0].y must be a finite number, received NaN",
    );
    expect(() => latentSpec({ ...view, links: [[0, 2]] })).toThrow(
      "links[0][1] must be the index of a passage among the points, received 2",
    );
    expect(() => latentSpec({ ...view, links: [[1, 0]] })).toThrow("the index of a query");
  });
});

describe("latentView", () => {
  const vectors = createMatrix(3, 3, Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  const pairs = {
    query: Uint32Array.of(0, 1),
    passage: Uint32Array.of(1, 2),
    label: Uint8Array.of(1, 1),
  };

  it("gives each point its own text, and a depth where there is one", () => {
    const texts = { queries: ["q0", "q1", "q2"], passages: ["p0", "p1", "p2"] };
    const flat = latentView(latentSpace(vectors, vectors, pairs), texts);
    expect(flat.points.map(({ text }) => text)).toEqual(["q0", "q1", "p1", "p2"]);
    expect(flat.points.every(({ z }) => z === undefined)).toBe(true);
    const solid = latentView(latentSpace(vectors, vectors, pairs, { dimensions: 3 }), texts);
    expect(solid.points.every(({ z }) => z !== undefined)).toBe(true);
    expect(() => latentSpec(solid)).not.toThrow();
  });

  it("refuses a point without a text, by name", () => {
    const space = latentSpace(vectors, vectors, pairs);
    expect(() => latentView(space, { queries: ["q0"], passages: [] })).toThrow(
      "latentView: queries[1] must be the text of a point, received nothing",
    );
  });
});

describe("trainingSpec", () => {
  it("has a plot for loss and one for accuracy, and none for what was not measured", () => {
    const plots = (spec: VegaLiteSpec): unknown[] => spec["hconcat"] as unknown[];
    expect(plots(trainingSpec(data.training))).toHaveLength(2);
    const lossOnly = { epochs: [{ epoch: 0, trainLoss: 1 }] };
    expect(plots(trainingSpec(lossOnly))).toHaveLength(1);
  });

  it("refuses no epochs, a NaN, an accuracy above 1 and a best epoch that is none, by name", () => {
    expect(() => trainingSpec({ epochs: [] })).toThrow(
      "trainingSpec: curve.epochs.length must be an integer >= 1, received 0",
    );
    expect(() => trainingSpec({ epochs: [{ epoch: 0, trainLoss: NaN }] })).toThrow(
      "trainingSpec: curve.epochs[0].trainLoss must be a finite number, received NaN",
    );
    expect(() => trainingSpec({ epochs: [{ epoch: 0, trainAccuracy: 72 }] })).toThrow(
      "must be a number from 0 to 1, received 72",
    );
    expect(() => trainingSpec({ epochs: [{ epoch: 0, trainLoss: 1 }], bestEpoch: 4 })).toThrow(
      "bestEpoch must be the number of one of the epochs, received 4",
    );
  });
});

describe("distributionSpec", () => {
  const bars = (values: number[]): { from: number; to: number; count: number; hover: string }[] =>
    layersOf(distributionSpec({ title: "t", unit: "characters", values }))[0].data.values as never;

  it("gives whole numbers bars of a whole width and counts each value once", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 5000 }), { minLength: 1 }), (values) => {
        const drawn = bars(values);
        expect(drawn.reduce((sum, bar) => sum + bar.count, 0)).toBe(values.length);
        expect(drawn.every((bar) => Number.isInteger(bar.to - bar.from))).toBe(true);
      }),
    );
  });

  it("gathers a long tail in the last bar and says so", () => {
    const values = [...Array.from({ length: 200 }, (_, i) => i % 10), 9999];
    const last = bars(values).at(-1)!;
    expect(last.to).toBeLessThan(100);
    expect(last.hover).toMatch(/or more characters$/);
  });

  it("refuses no values and a NaN, by name", () => {
    expect(() => bars([])).toThrow(
      "distributionSpec: distribution.values.length must be an integer >= 1, received 0",
    );
    expect(() => bars([1, NaN])).toThrow("values[1] must be a finite number, received NaN");
  });
});

describe("renderSvg", () => {
  it("draws the same picture for the same data", async () => {
    const view: LatentView = {
      title: "before",
      points: [
        { side: "query", x: -1, y: 0.5, text: "where is it" },
        { side: "passage", x: 1, y: -0.5, text: "It is here." },
      ],
      links: [[0, 1]],
      explainedVarianceRatio: [0.5, 0.25],
    };
    await expect(roundNumbers(await renderSvg(latentSpec(view)))).toMatchFileSnapshot(
      "snapshots/latent.svg",
    );
    const small: CosineSample[] = [
      { method: "rca", set: "hard", label: 1, cosines: [0.4, 0.5, 0.5, 0.7] },
      { method: "rca", set: "hard", label: 0, cosines: [0.1, 0.2, 0.2, 0.45] },
    ];
    await expect(
      roundNumbers(await renderSvg(histogramSpec(small, { methods: data.methods }))),
    ).toMatchFileSnapshot("snapshots/histogram.svg");
    const epochs = [
      { epoch: 1, trainLoss: 0.4, validationLoss: 0.45 },
      { epoch: 2, trainLoss: 0.3, validationLoss: 0.4 },
    ];
    await expect(
      roundNumbers(await renderSvg(trainingSpec({ epochs, bestEpoch: 2 }))),
    ).toMatchFileSnapshot("snapshots/training.svg");
  });

  it("says a title as it is in the label of the picture, patterns of replacement included", async () => {
    for (const title of ["$&", "$'", "$$5", "a $` b", "$1"]) {
      const spec = histogramSpec([data.histograms[0]]);
      const svg = await renderSvg({ ...spec, description: `${title}: cosines` });
      const label = title.replaceAll("&", "&amp;").replaceAll("'", "&#39;");
      expect(svg).toContain(`aria-label="${label}: cosines"`);
      expect(svg.match(/<svg/g)).toHaveLength(1);
    }
  });

  it("writes texts as texts, whatever they hold", async () => {
    const text = `</title></svg><script>alert("1")</script> & 'quoted' 😀 \u0000\u0008`;
    const svg = await renderSvg(
      latentSpec({ title: text, points: [{ side: "query", x: 0, y: 0, text }], links: [] }),
    );
    expect(svg).not.toContain("<script");
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    expect(svg).toContain("&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;alert(&quot;1&quot;)");
    expect(svg).toContain("😀");
    expect([...svg].some((c) => c < " ")).toBe(false);
  });

  it("loads nothing, neither a file nor an address", async () => {
    const asked: string[] = [];
    const spec = (url: string): VegaLiteSpec => ({
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      data: { url },
      mark: "point",
      encoding: { x: { field: "a", type: "quantitative" } },
    });
    for (const url of ["package.json", "https://example.org/a.json"]) {
      await renderSvg(spec(url)).catch((error: unknown) => asked.push(String(error)));
    }
    expect(asked).toHaveLength(2);
    for (const message of asked)
      expect(message).toContain(
        "renderSvg: spec must hold its data inside, received one that loads",
      );
  });
});

describe("latentSpec in three dimensions", () => {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({ x: i & 1, y: (i >> 1) & 1, z: i >> 2 }));

  it("keeps lengths: what is rotated is as long on the page as it is deep and wide together", () => {
    const rotate = viewRotation({ azimuth: 37, elevation: 11 });
    const origin = rotate(corners[0]);
    for (const corner of corners) {
      const { x, y, depth } = rotate(corner);
      const length = Math.hypot(x - origin.x, y - origin.y, depth - origin.depth);
      expect(length).toBeCloseTo(Math.hypot(corner.x, corner.y, corner.z), 9);
    }
  });

  it("looks along y without a rotation, and from above at 90° of elevation", () => {
    const front = viewRotation({ azimuth: 0, elevation: 0 })({ x: 1, y: 2, z: 3 });
    expect([front.x, front.y, front.depth].map((n) => Math.round(n * 1e9) / 1e9)).toEqual([
      1, 3, -2,
    ]);
    const above = viewRotation({ azimuth: 0, elevation: 90 })({ x: 1, y: 2, z: 3 });
    expect([above.x, above.y, above.depth].map((n) => Math.round(n * 1e9) / 1e9)).toEqual([
      1, 2, 3,
    ]);
  });

  it("draws the twelve edges of the box, and points in front larger", () => {
    expect(boxEdges(corners)).toHaveLength(12);
    const points = corners.map((corner) => ({ side: "query" as const, ...corner, text: "" }));
    const layers = layersOf(latentSpec({ points, links: [] }, { azimuth: 0, elevation: 0 }));
    expect(layers).toHaveLength(3);
    expect(layers[0].data.values).toHaveLength(12);
    // At an azimuth of 0 the reader looks along y: the points of y = 0 are in front.
    expect(layers[2].data.values.map((dot) => dot["near"])).toEqual(
      corners.map(({ y }) => (y === 0 ? 1 : 0)),
    );
  });

  it("refuses a view in which only some points have a depth", () => {
    const points = [
      { side: "query" as const, x: 0, y: 0, z: 1, text: "" },
      { side: "query" as const, x: 0, y: 0, text: "" },
    ];
    expect(() => latentSpec({ points, links: [] })).toThrow(
      "points must have a z on every point or on none, received 1 without",
    );
  });
});

describe("renderPng", () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="#0072b2"/></svg>`;

  it("writes a PNG of the size asked for", async () => {
    const png = await renderPng(svg, { scale: 3 });
    const view = new DataView(png.buffer, png.byteOffset);
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([90, 60]);
  });

  it("draws the letters of a plot", async () => {
    const spec = trainingSpec({ epochs: [{ epoch: 1, trainLoss: 1 }] });
    const drawn = await renderSvg(spec);
    const [all, mute] = [
      await renderPng(drawn),
      await renderPng(drawn.replace(/<text.*?<\/text>/g, "")),
    ];
    expect(all.length).toBeGreaterThan(mute.length);
  });

  it("refuses what is no SVG and a scale that is none, by name", async () => {
    await expect(renderPng("hello")).rejects.toThrow(
      'renderPng: svg must be an SVG that can be drawn, received "hello"',
    );
    await expect(renderPng(svg, { scale: 0 })).rejects.toThrow(
      "renderPng: scale must be a number > 0 and <= 100, received 0",
    );
  });
});

describe("texts that are names of inherited properties", () => {
  it.each(["constructor", "toString", "__proto__"])("are drawn as any others: %s", async (text) => {
    const sample = { method: text, set: text, cosines: [0.1, 0.2, 0.4] };
    const specs = [
      distributionSpec({ title: text, unit: text, of: text, values: [1, 2, 3] }),
      histogramSpec([
        { ...sample, label: 0 },
        { ...sample, label: 1 },
      ]),
      latentSpec({
        ...{ title: text, method: text, links: [[0, 1]] },
        points: [
          { side: "query", x: 0, y: 0, text },
          { side: "passage", x: 1, y: 1, text },
        ],
      }),
      trainingSpec({ method: text, epochs: [{ epoch: 1, trainLoss: 1 }] }),
    ];
    for (const spec of specs) expect(await renderSvg(spec)).toContain(text);
  });
});
