import { describe, expect, it } from "vitest";
import type { Payload } from "../../src/report/page/payload.js";
import {
  coloredSlices,
  inkOf,
  placePoints,
  stride,
  type Look,
  type PageMap,
} from "../../src/report/browser/map-drawing.js";

const canvas = { width: 680, height: 520 } as HTMLCanvasElement;
const middle = 4095 / 2;

const lookAt = (dimensions: 2 | 3, azimuth: number, elevation: number): Look => ({
  ...{ picture: { method: "PCA", dimensions, views: [] }, chosen: null, lines: false },
  ...{ colorBy: "outcome", slice: -1, azimuth, elevation },
});

function place(
  point: readonly number[],
  azimuth = 0,
  elevation = 0,
): readonly [x: number, y: number] {
  const look = lookAt(point.length as 2 | 3, azimuth, elevation);
  const [x, y] = placePoints(canvas, point, look);
  return [Math.round(x), Math.round(y)];
}

describe("the colour of a question", () => {
  const map = {
    ...{ questions: [0, 1, 2], passages: [], pictures: [] },
    slices: { names: ["a", "b"], of: [1, -1, coloredSlices] },
  } satisfies PageMap;
  const data = { compared: true, before: [3, 1, 2], after: [1, 4, 2] } as unknown as Payload;

  it("is that of its outcome, or of its slice while there are colours left", () => {
    const inks = (by: Look["colorBy"]) => [0, 1, 2].map((i) => inkOf(data, map, i, by));
    expect(inks("outcome")).toEqual(["won", "lost", "mutedInk"]);
    expect(inks("slice")).toEqual(["slice1", "mutedInk", "mutedInk"]);
  });
});

describe("placing points of the map", () => {
  it("puts the middle into the middle, and one unit as long in either direction", () => {
    expect(place([middle, middle])).toEqual([340, 260]);
    expect(place([4095, 4095])).toEqual([340 + 248, 260 - 248]);
    expect(place([0, middle])).toEqual([340 - 248, 260]);
  });

  it("turns the third axis into the first by a quarter about the upright, into the second from above", () => {
    const deep = [middle, middle, 4095];
    expect(place(deep)).toEqual([340, 260]);
    expect(place(deep, Math.PI / 2)).toEqual([340 - 177, 260]);
    expect(place(deep, 0, Math.PI / 2)).toEqual([340, 260 + 177]);
    // What lies to the right comes to the front.
    const right = [4095, middle, middle];
    expect(place(right)).toEqual([340 + 177, 260]);
    expect(place(right, Math.PI / 2)).toEqual([340, 260]);
    expect(place(right, Math.PI / 2, Math.PI / 2)).toEqual([340, 260 + 177]);
  });

  it("says how near a point is: in front 1 at most, at the back 0 at least, in two axes a half", () => {
    const nearness = (point: readonly number[], azimuth: number, elevation: number): number => {
      const look = lookAt(point.length as 2 | 3, azimuth, elevation);
      return placePoints(canvas, point, look)[stride - 1];
    };
    expect(nearness([4095, 0], 1, 1)).toBe(0.5);
    expect(nearness([middle, middle, 4095], 0, 0)).toBeGreaterThan(0.8);
    expect(nearness([middle, middle, 0], 0, 0)).toBeLessThan(0.2);
    // From above the top is nearest.
    expect(nearness([middle, 4095, middle], 0, Math.PI / 2)).toBeGreaterThan(0.8);
  });

  it("keeps what lies within seven tenths of the widest axis inside the picture, however it is turned", () => {
    const reach = 0.7 * 4095;
    for (let a = 0; a < 7; a++) {
      for (let e = -1.5; e <= 1.5; e += 0.5) {
        for (let t = 0; t < 7; t++) {
          const direction = [
            Math.cos(t),
            Math.sin(t) * Math.cos(3 * t),
            Math.sin(t) * Math.sin(3 * t),
          ];
          const [x, y] = place(
            direction.map((part) => middle + reach * part),
            a,
            e,
          );
          expect(Math.abs(x - 340)).toBeLessThanOrEqual(260);
          expect(Math.abs(y - 260)).toBeLessThanOrEqual(260);
        }
      }
    }
  });
});
