import { describe, expect, it } from "vitest";
import { placePoints, type Look } from "../../src/report/browser/map-drawing.js";

const canvas = { width: 680, height: 520 } as HTMLCanvasElement;
const middle = 4095 / 2;

function place(
  point: readonly number[],
  azimuth = 0,
  elevation = 0,
): readonly [x: number, y: number] {
  const dimensions = point.length as 2 | 3;
  const look: Look = {
    ...{ picture: { method: "PCA", dimensions, views: [] }, chosen: null },
    ...{ lines: false, colorBy: "outcome", slice: -1 },
    ...{ azimuth, elevation },
  };
  const [x, y] = placePoints(canvas, point, look);
  return [Math.round(x), Math.round(y)];
}

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
