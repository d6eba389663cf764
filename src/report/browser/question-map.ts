import type { Payload, PayloadPicture } from "../page/payload.js";
import { byId, element } from "./elements.js";
import { coloredSlices, drawMap, placePoints, stride, type Look } from "./map-drawing.js";
import { pointText } from "./point-text.js";

/** Pixels of the screen from a point within which it is meant. */
const reach = 12;
/** More pixels than this for one of the screen are below what anybody sees. */
const finest = 2;
/** Radians that a key turns, and that a pixel of dragging does. */
const turn = Math.PI / 18;
const turnByPixel = 0.01;
/** A view from above and aside shows depth at once. */
const angles = { azimuth: 0.5, elevation: 0.35 };

/** Draws the maps and lets pointer, finger and keyboard go over their points, in all pictures at once. */
export function startMap(data: Payload): void {
  const { map } = data;
  const detail = byId("map-detail");
  const controls = byId("map-controls");
  if (map === null || detail === null || controls === null) return;
  const canvases = [...document.querySelectorAll<HTMLCanvasElement>("canvas.map")];
  const passageAt = new Map(map.passages.map((passage, i) => [passage, map.questions.length + i]));
  let look: Look = {
    ...{ picture: map.pictures[0], chosen: null, lines: false, colorBy: "outcome", slice: -1 },
    ...angles,
  };
  let placed: Float32Array[] = [];
  let waiting = false;

  const drawNow = (): void => {
    waiting = false;
    for (const canvas of canvases) fit(canvas);
    placed = canvases.map((canvas, v) => placePoints(canvas, look.picture.views[v], look));
    for (const [v, canvas] of canvases.entries()) {
      const near = v === 0 ? data.nearest.before : data.nearest.after;
      drawMap(canvas, placed[v], data, map, near, passageAt, look);
    }
  };
  /** Once a frame, however many events a frame brings. */
  const draw = (): void => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(drawNow);
  };
  const change = (own: Partial<Look>): void => {
    look = { ...look, ...own };
    draw();
  };
  const choose = (chosen: number | null): void => {
    if (chosen === look.chosen) return;
    change({ chosen });
    if (chosen !== null) detail.replaceChildren(...pointText(data, map, chosen));
  };
  const turnBy = (azimuth: number, elevation: number): void => {
    const limit = Math.PI / 2;
    change({
      azimuth: look.azimuth + azimuth,
      elevation: Math.max(-limit, Math.min(limit, look.elevation + elevation)),
    });
  };
  addControls();
  for (const [v, canvas] of canvases.entries()) listen(canvas, v);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", drawNow);
  }
  addEventListener("resize", draw);
  drawNow();

  function addControls(): void {
    if (map!.pictures.length > 1) {
      const choice = element("select", { id: "map-picture" });
      for (const [i, picture] of map!.pictures.entries()) {
        choice.append(element("option", { value: String(i) }, titleOf(picture)));
      }
      choice.addEventListener("change", () => {
        const picture = map!.pictures[Number(choice.value)];
        change({ picture, ...angles });
        const note = byId("map-note");
        if (note !== null) note.textContent = noteOf(picture);
      });
      controls!.append(element("label", { for: "map-picture" }, "Drawn by"), choice);
    }
    if (map!.slices !== null) {
      const colors = element("select", { id: "map-colors" });
      if (data.compared)
        colors.append(element("option", { value: "outcome" }, "outcome: won or lost"));
      colors.append(element("option", { value: "slice" }, "slice"));
      const legend = byId("map-legend");
      const byOutcome = [...(legend?.childNodes ?? [])];
      const colorBy = (): void => {
        const value = colors.value as Look["colorBy"];
        change({ colorBy: value });
        legend?.replaceChildren(
          ...(value === "outcome" ? byOutcome : sliceKeys(map!.slices!.names)),
        );
      };
      colors.addEventListener("change", colorBy);
      controls!.append(element("label", { for: "map-colors" }, "Colours by"), colors);
      if (!data.compared) colorBy();
      const choice = element("select", { id: "map-slice" });
      choice.append(element("option", { value: "-1" }, "all questions"));
      for (const [i, name] of map!.slices.names.entries()) {
        choice.append(element("option", { value: String(i) }, name));
      }
      choice.addEventListener("change", () => change({ slice: Number(choice.value) }));
      controls!.append(element("label", { for: "map-slice" }, "Look at"), choice);
    }
    const all = element("input", { type: "checkbox", id: "map-lines" });
    all.addEventListener("change", () => change({ lines: all.checked }));
    controls!.append(
      element(
        "span",
        { class: "choice" },
        all,
        element("label", { for: all.id }, "lines from every question"),
      ),
    );
    controls!.hidden = false;
  }

  function listen(canvas: HTMLCanvasElement, v: number): void {
    let dragged: { x: number; y: number } | null = null;
    const solid = (): boolean => look.picture.dimensions === 3;
    canvas.addEventListener("pointermove", (event) => {
      if (dragged !== null && solid()) {
        const { clientX: x, clientY: y } = event;
        turnBy((dragged.x - x) * turnByPixel, (y - dragged.y) * turnByPixel);
        dragged = { x, y };
        return;
      }
      const point = nearestPoint(canvas, placed[v], event);
      if (point !== null) choose(point);
    });
    canvas.addEventListener("pointerdown", (event) => {
      choose(nearestPoint(canvas, placed[v], event));
      dragged = { x: event.clientX, y: event.clientY };
      if (solid()) canvas.setPointerCapture(event.pointerId);
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(end, () => (dragged = null));
    }
    canvas.addEventListener("keydown", (event) => {
      const arrow = arrows[event.key];
      if (arrow !== undefined && event.shiftKey && solid()) {
        event.preventDefault();
        return turnBy(arrow[0] * turn, arrow[1] * turn);
      }
      const to = nextPoint(event.key, look.chosen, map!.questions.length - 1);
      if (to === undefined) return;
      event.preventDefault();
      choose(to);
    });
    canvas.addEventListener("focus", () => {
      if (look.chosen === null) choose(0);
    });
  }
}

const arrows: Readonly<Record<string, readonly [azimuth: number, elevation: number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const titleOf = ({ method, dimensions }: PayloadPicture): string =>
  dimensions === 3
    ? `${method}, three axes: drag to turn`
    : method === "PCA"
      ? "PCA, two axes"
      : `${method}: who is whose neighbour`;

/** What the text above the map does not say of it. */
const noteOf = ({ method, dimensions }: PayloadPicture): string =>
  [
    method === "PCA"
      ? ""
      : `${method} shows who is whose neighbour; how far clusters lie apart, and how large they are, means little.`,
    dimensions === 3
      ? "Dragging, or Shift and the arrow keys, turns both pictures; what is near is drawn larger."
      : "",
  ]
    .join(" ")
    .trim();

/** What the colours of slices stand for. */
const sliceKeys = (names: readonly string[]): Node[] => [
  ...names.slice(0, coloredSlices).map((name, i) => key(`slice${i}`, name)),
  ...(names.length > coloredSlices ? [key("other", "other slices")] : []),
];

const key = (ink: string, label: string): Node =>
  element("span", { class: "key" }, element("i", { class: `blob ${ink}` }), label);

/** As many pixels as the screen has where the canvas stands; on paper those that are there are enough. */
function fit(canvas: HTMLCanvasElement): void {
  const { clientWidth, width, height } = canvas;
  const wanted = Math.round(clientWidth * Math.min(finest, devicePixelRatio));
  if (wanted === 0 || wanted === width || matchMedia("print").matches) return;
  canvas.height = Math.round((wanted * height) / width);
  canvas.width = wanted;
}

/** Where a key leads among the questions; `undefined` where it leads nowhere. */
function nextPoint(key: string, chosen: number | null, last: number): number | null | undefined {
  const at = chosen === null || chosen > last ? -1 : chosen;
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(last, at + 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(0, at - 1);
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key === "Escape" ? null : undefined;
}

/** The point under a pointer; `null` where none is near. */
function nearestPoint(
  canvas: HTMLCanvasElement,
  placed: Float32Array,
  { clientX, clientY }: PointerEvent,
): number | null {
  const { left, top, width } = canvas.getBoundingClientRect();
  const scale = canvas.width / width;
  const [x, y] = [(clientX - left) * scale, (clientY - top) * scale];
  let best: number | null = null;
  let least = (reach * scale) ** 2;
  for (let i = 0; i < placed.length / stride; i++) {
    // Questions come first, and lie on top of passages.
    const distance = (placed[stride * i] - x) ** 2 + (placed[stride * i + 1] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
