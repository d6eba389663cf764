import type { Payload, PayloadNearest } from "../page/payload.js";
import { byId, element } from "./elements.js";
import { changeOf, cosine, ranksOf, type Change } from "./outcomes.js";

type PageMap = NonNullable<Payload["map"]>;

/** One of the two pictures. */
interface View {
  readonly canvas: HTMLCanvasElement;
  /** x and y of each question, then of each passage, 0 to 4,095. */
  readonly points: readonly number[];
  readonly near: PayloadNearest;
}

/** Pixels from a point within which it is meant. */
const reach = 14;
const steps = 4095;
const margin = 12;

/** Draws the maps and lets pointer, finger and keyboard go over their points, in both pictures at once. */
export function startMap(data: Payload): void {
  const { map } = data;
  const detail = byId("map-detail");
  const controls = byId("map-controls");
  if (map === null || detail === null || controls === null) return;
  const views = [...document.querySelectorAll<HTMLCanvasElement>("canvas.map")].map(
    (canvas, v): View => ({
      canvas,
      points: map.views[v],
      near: v === 0 ? data.nearest.before : data.nearest.after,
    }),
  );
  const passageAt = new Map(map.passages.map((passage, i) => [passage, map.questions.length + i]));
  /** The point of both pictures that is looked at; questions come first. */
  let chosen: number | null = null;
  const all = element("input", { type: "checkbox", id: "map-lines" });
  controls.append(all, element("label", { for: "map-lines" }, "lines from every question"));
  controls.hidden = false;

  const draw = (): void => {
    for (const view of views) drawView(view, data, map, passageAt, { chosen, lines: all.checked });
  };
  const choose = (point: number | null): void => {
    if (point === chosen) return;
    chosen = point;
    if (point !== null) detail.replaceChildren(...describe(data, map, point));
    draw();
  };
  for (const { canvas, points } of views) {
    const nearest = (event: PointerEvent): number | null => {
      const { left, top, width } = canvas.getBoundingClientRect();
      const place = placing(canvas);
      const scale = canvas.width / width;
      const [x, y] = [(event.clientX - left) * scale, (event.clientY - top) * scale];
      let best: number | null = null;
      let least = (reach * scale) ** 2;
      for (let i = 0; i < points.length / 2; i++) {
        const [px, py] = place(points[2 * i], points[2 * i + 1]);
        // A question lies on top of a passage.
        const distance = (px - x) ** 2 + (py - y) ** 2 + (i < map.questions.length ? 0 : 4 * scale);
        if (distance < least) [best, least] = [i, distance];
      }
      return best;
    };
    canvas.addEventListener("pointermove", (event) => {
      const point = nearest(event);
      if (point !== null) choose(point);
    });
    canvas.addEventListener("pointerdown", (event) => choose(nearest(event)));
    canvas.addEventListener("keydown", (event) => {
      const last = map.questions.length - 1;
      const at = chosen === null || chosen > last ? -1 : chosen;
      const to =
        event.key === "ArrowRight" || event.key === "ArrowDown"
          ? Math.min(last, at + 1)
          : event.key === "ArrowLeft" || event.key === "ArrowUp"
            ? Math.max(0, at - 1)
            : event.key === "Home"
              ? 0
              : event.key === "End"
                ? last
                : event.key === "Escape"
                  ? null
                  : undefined;
      if (to === undefined) return;
      event.preventDefault();
      choose(to);
    });
    canvas.addEventListener("focus", () => {
      if (chosen === null) choose(0);
    });
  }
  all.addEventListener("change", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
  draw();
}

/** From steps to pixels of a canvas, both axes alike. */
function placing({ width, height }: HTMLCanvasElement): (x: number, y: number) => [number, number] {
  const unit = (Math.min(width, height) - 2 * margin) / steps;
  const [left, top] = [(width - steps * unit) / 2, (height - steps * unit) / 2];
  return (x, y) => [left + x * unit, top + (steps - y) * unit];
}

function drawView(
  { canvas, points, near }: View,
  data: Payload,
  map: PageMap,
  passageAt: ReadonlyMap<number, number>,
  { chosen, lines }: { chosen: number | null; lines: boolean },
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
  const place = placing(canvas);
  const at = (i: number): [number, number] => place(points[2 * i], points[2 * i + 1]);
  const line = (from: number, passage: number, color: string, width: number): void => {
    const to = passageAt.get(passage);
    if (to === undefined) return;
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(...at(from));
    pen.lineTo(...at(to));
    pen.stroke();
  };
  const linesOf = (i: number, width: number): void => {
    line(i, near.right[map.questions[i]], ink("right"), width);
    line(i, near.wrong[map.questions[i]], ink("wrong"), width);
  };
  const disc = (i: number, radius: number): void => {
    const [x, y] = at(i);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  const box = (i: number, half: number): void => {
    const [x, y] = at(i);
    pen.fillRect(x - half, y - half, 2 * half, 2 * half);
  };
  const questions = map.questions.length;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (lines) {
    pen.globalAlpha = 0.25;
    for (let i = 0; i < questions; i++) linesOf(i, 1);
  }
  pen.globalAlpha = 0.55;
  pen.fillStyle = ink("lineStrong");
  for (let i = questions; i < points.length / 2; i++) box(i, 3.5);
  pen.globalAlpha = 0.8;
  for (const change of ["unchanged", "lost", "won"] as const) {
    pen.fillStyle = colors[change];
    for (let i = 0; i < questions; i++) {
      if (changeOf(data, map.questions[i]) === change) disc(i, 4);
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

/** What is known of a point. */
function describe(data: Payload, map: PageMap, point: number): Node[] {
  if (point >= map.questions.length) {
    const text = data.passages[map.passages[point - map.questions.length]];
    return [element("p", {}, element("strong", {}, "Passage: "), element("bdi", {}, text))];
  }
  const i = map.questions[point];
  const { before, after } = data.nearest;
  const nearest = (when: string, near: PayloadNearest): Node[] => {
    const wrong = near.wrongCosine[i];
    if (wrong === null) return [];
    return [
      element(
        "p",
        {},
        element("strong", {}, `Nearest wrong passage${when}, cosine ${cosine(wrong)}: `),
        element("bdi", {}, data.passages[near.wrong[i]]),
      ),
    ];
  };
  const rights = cosine(before.rightCosine[i]);
  return [
    element(
      "p",
      {},
      element("strong", {}, `Question ${point + 1}, rank ${ranksOf(data, i)}: `),
      element("bdi", {}, data.questions[i]),
    ),
    element(
      "p",
      {},
      element(
        "strong",
        {},
        `Right passage, cosine ${data.compared ? `${rights} → ${cosine(after.rightCosine[i])}` : rights}: `,
      ),
      element("bdi", {}, data.passages[before.right[i]]),
    ),
    ...nearest(data.compared ? " before" : "", before),
    ...(data.compared ? nearest(" after", after) : []),
  ];
}
