import type { Payload, PayloadNearest, PayloadPicture } from "../page/payload.js";
import { changeOf } from "./outcomes.js";

export type PageMap = NonNullable<Payload["map"]>;

/** How the map is looked at: the same in both pictures. */
export interface Look {
  readonly picture: PayloadPicture;
  /** The point that is looked at; questions come first. */
  readonly chosen: number | null;
  readonly lines: boolean;
  /** What the colours of questions say. */
  readonly colorBy: "outcome" | "slice";
  /** Position of the slice to look at; -1 for all. */
  readonly slice: number;
  /** Of a picture in three dimensions, in radians. */
  readonly azimuth: number;
  readonly elevation: number;
}

const steps = 4095;
const margin = 12;
/** Slices that have a colour of their own: the eye tells no more apart. */
export const coloredSlices = 6;
/** Numbers that a placed point takes: x and y in pixels, and how near it is, from 0 at the back to 1. */
export const stride = 3;

/** The name of the colour of a question of the map. */
export function inkOf(data: Payload, map: PageMap, i: number, colorBy: Look["colorBy"]): string {
  if (colorBy === "outcome") {
    const change = changeOf(data, map.questions[i]);
    return change === "unchanged" ? "mutedInk" : change;
  }
  const slice = map.slices?.of[i] ?? -1;
  return slice >= 0 && slice < coloredSlices ? `slice${slice}` : "mutedInk";
}

/** Point by point {@link stride} numbers. */
export function placePoints(
  { width, height }: HTMLCanvasElement,
  coordinates: readonly number[],
  { picture: { dimensions }, azimuth, elevation }: Look,
): Float32Array {
  const count = coordinates.length / dimensions;
  const placed = new Float32Array(stride * count);
  // A turned cube is wider than a square.
  const span = dimensions === 3 ? 1.4 : 1;
  const unit = (Math.min(width, height) - 2 * margin) / (steps * span);
  const half = steps / 2;
  const [ca, sa, ce, se] = [azimuth, elevation].flatMap((a) => [Math.cos(a), Math.sin(a)]);
  for (let i = 0; i < count; i++) {
    let x = coordinates[i * dimensions] - half;
    let y = coordinates[i * dimensions + 1] - half;
    let near = 0.5;
    if (dimensions === 3) {
      const z = coordinates[i * dimensions + 2] - half;
      const depth = x * sa + z * ca;
      x = x * ca - z * sa;
      near += (y * se + depth * ce) / (steps * 1.4);
      y = y * ce - depth * se;
    }
    placed[stride * i] = width / 2 + x * unit;
    placed[stride * i + 1] = height / 2 - y * unit;
    placed[stride * i + 2] = near;
  }
  return placed;
}

/** The corners of the cube that holds a picture in three dimensions, and its edges as pairs of corners. */
const corners = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((c) =>
  [1, 2, 4].map((bit) => (c & bit ? steps : 0)),
);
const edges = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((c) =>
  [1, 2, 4].filter((bit) => !(c & bit)).map((bit) => [c, c | bit] as const),
);

/** Draws all points, and what there is to see of the one that is looked at. */
export function drawMap(
  canvas: HTMLCanvasElement,
  placed: Float32Array,
  data: Payload,
  map: PageMap,
  near: PayloadNearest,
  passageAt: ReadonlyMap<number, number>,
  look: Look,
): void {
  const { chosen, lines, slice, picture } = look;
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  const style = getComputedStyle(canvas);
  const ink = (name: string): string => style.getPropertyValue(`--${name}`);
  const questions = map.questions.length;
  const solid = picture.dimensions === 3;
  // Few points are drawn large, and all of them as large on every screen.
  const scale = canvas.width / (canvas.clientWidth || canvas.width);
  const radius = scale * Math.max(2.2, Math.min(6, 8 - 0.8 * Math.log2(placed.length / stride)));
  const shown = (i: number): boolean => slice < 0 || map.slices?.of[i] === slice;
  const stroke = (points: Float32Array, from: number, to: number): void => {
    pen.beginPath();
    pen.moveTo(points[stride * from], points[stride * from + 1]);
    pen.lineTo(points[stride * to], points[stride * to + 1]);
    pen.stroke();
  };
  const line = (from: number, passage: number, color: string, width: number): void => {
    const to = passageAt.get(passage);
    if (to === undefined) return;
    pen.strokeStyle = color;
    pen.lineWidth = scale * width;
    stroke(placed, from, to);
  };
  const linesOf = (i: number, width: number): void => {
    line(i, near.right[map.questions[i]], ink("right"), width);
    line(i, near.wrong[map.questions[i]], ink("wrong"), width);
  };
  const sized = (i: number): number => (solid ? 0.6 + 0.8 * placed[stride * i + 2] : 1);
  const disc = (i: number, size: number): void => {
    pen.beginPath();
    pen.arc(placed[stride * i], placed[stride * i + 1], size, 0, 2 * Math.PI);
    pen.fill();
  };
  const box = (i: number, half: number): void =>
    pen.fillRect(placed[stride * i] - half, placed[stride * i + 1] - half, 2 * half, 2 * half);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (solid) {
    pen.strokeStyle = ink("line");
    pen.lineWidth = scale;
    const cube = placePoints(canvas, corners, look);
    for (const [from, to] of edges) stroke(cube, from, to);
  }
  if (lines) {
    pen.globalAlpha = 0.25;
    for (let i = 0; i < questions; i++) if (shown(i)) linesOf(i, 0.8);
  }
  pen.globalAlpha = 0.55;
  pen.fillStyle = ink("lineStrong");
  for (let i = questions; i < placed.length / stride; i++) box(i, 0.85 * radius * sized(i));
  const byInk = new Map<string, number[]>([["mutedInk", []]]);
  for (let i = 0; i < questions; i++) {
    const name = inkOf(data, map, i, look.colorBy);
    const own = byInk.get(name);
    if (own === undefined) byInk.set(name, [i]);
    else own.push(i);
  }
  for (const alpha of slice < 0 ? [0.8] : [0.1, 0.9]) {
    pen.globalAlpha = alpha;
    for (const [name, own] of byInk) {
      pen.fillStyle = ink(name);
      for (const i of own) if (shown(i) === alpha > 0.5) disc(i, radius * sized(i));
    }
  }
  pen.globalAlpha = 1;
  if (chosen === null) return;
  pen.fillStyle = ink("ink");
  const large = Math.max(4 * scale, 1.3 * radius);
  if (chosen >= questions) return box(chosen, large);
  linesOf(chosen, 2);
  disc(chosen, large + 2 * scale);
  pen.fillStyle = ink(inkOf(data, map, chosen, look.colorBy));
  disc(chosen, large);
  for (const [passage, color] of [
    [near.right[map.questions[chosen]], "right"],
    [near.wrong[map.questions[chosen]], "wrong"],
  ] as const) {
    const point = passageAt.get(passage);
    pen.fillStyle = ink(color);
    if (point !== undefined) box(point, large);
  }
}
