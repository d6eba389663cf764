import type { Payload, PayloadNearest, PayloadPicture } from "../page/payload.js";
import { changeOf, type Change } from "./outcomes.js";

export type PageMap = NonNullable<Payload["map"]>;

/** How the map is looked at: the same in both pictures. */
export interface Look {
  readonly picture: PayloadPicture;
  /** The point that is looked at; questions come first. */
  readonly chosen: number | null;
  readonly lines: boolean;
  /** Position of the slice to look at; -1 for all. */
  readonly slice: number;
  /** Of a picture in three dimensions, in radians. */
  readonly azimuth: number;
  readonly elevation: number;
}

const steps = 4095;
const margin = 12;

/** x and y in pixels of a canvas, point by point. */
export function placePoints(
  { width, height }: HTMLCanvasElement,
  coordinates: readonly number[],
  { picture: { dimensions }, azimuth, elevation }: Look,
): Float32Array {
  const count = coordinates.length / dimensions;
  const placed = new Float32Array(2 * count);
  // A turned cube is wider than a square.
  const span = dimensions === 3 ? 1.4 : 1;
  const unit = (Math.min(width, height) - 2 * margin) / (steps * span);
  const half = steps / 2;
  const [ca, sa, ce, se] = [azimuth, elevation].flatMap((a) => [Math.cos(a), Math.sin(a)]);
  for (let i = 0; i < count; i++) {
    let x = coordinates[i * dimensions] - half;
    let y = coordinates[i * dimensions + 1] - half;
    if (dimensions === 3) {
      const z = coordinates[i * dimensions + 2] - half;
      const depth = x * sa + z * ca;
      x = x * ca - z * sa;
      y = y * ce - depth * se;
    }
    placed[2 * i] = width / 2 + x * unit;
    placed[2 * i + 1] = height / 2 - y * unit;
  }
  return placed;
}

/** Draws all points, and what there is to see of the one that is looked at. */
export function drawMap(
  canvas: HTMLCanvasElement,
  placed: Float32Array,
  data: Payload,
  map: PageMap,
  near: PayloadNearest,
  passageAt: ReadonlyMap<number, number>,
  { chosen, lines, slice }: Look,
): void {
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  const style = getComputedStyle(canvas);
  const ink = (name: string): string => style.getPropertyValue(`--${name}`);
  const colors: Record<Change, string> = {
    won: ink("won"),
    lost: ink("lost"),
    unchanged: ink("mutedInk"),
  };
  const questions = map.questions.length;
  const shown = (i: number): boolean => slice < 0 || map.slices?.of[i] === slice;
  const line = (from: number, passage: number, color: string, width: number): void => {
    const to = passageAt.get(passage);
    if (to === undefined) return;
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(placed[2 * from], placed[2 * from + 1]);
    pen.lineTo(placed[2 * to], placed[2 * to + 1]);
    pen.stroke();
  };
  const linesOf = (i: number, width: number): void => {
    line(i, near.right[map.questions[i]], ink("right"), width);
    line(i, near.wrong[map.questions[i]], ink("wrong"), width);
  };
  const disc = (i: number, radius: number): void => {
    pen.beginPath();
    pen.arc(placed[2 * i], placed[2 * i + 1], radius, 0, 2 * Math.PI);
    pen.fill();
  };
  const box = (i: number, half: number): void =>
    pen.fillRect(placed[2 * i] - half, placed[2 * i + 1] - half, 2 * half, 2 * half);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (lines) {
    pen.globalAlpha = 0.25;
    for (let i = 0; i < questions; i++) if (shown(i)) linesOf(i, 1);
  }
  pen.globalAlpha = 0.55;
  pen.fillStyle = ink("lineStrong");
  for (let i = questions; i < placed.length / 2; i++) box(i, 3.5);
  for (const alpha of slice < 0 ? [0.8] : [0.1, 0.9]) {
    pen.globalAlpha = alpha;
    for (const change of ["unchanged", "lost", "won"] as const) {
      pen.fillStyle = colors[change];
      for (let i = 0; i < questions; i++) {
        if (changeOf(data, map.questions[i]) === change && shown(i) === alpha > 0.5) disc(i, 4);
      }
    }
  }
  pen.globalAlpha = 1;
  if (chosen === null) return;
  pen.fillStyle = ink("ink");
  if (chosen >= questions) return box(chosen, 8);
  linesOf(chosen, 3);
  disc(chosen, 9);
  pen.fillStyle = colors[changeOf(data, map.questions[chosen])];
  disc(chosen, 6);
  for (const [passage, color] of [
    [near.right[map.questions[chosen]], "right"],
    [near.wrong[map.questions[chosen]], "wrong"],
  ] as const) {
    const point = passageAt.get(passage);
    pen.fillStyle = ink(color);
    if (point !== undefined) box(point, 7);
  }
}
