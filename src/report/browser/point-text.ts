import type { Payload, PayloadNearest } from "../page/payload.js";
import { element } from "./elements.js";
import type { PageMap } from "./map-drawing.js";
import { cosine, ranksOf } from "./outcomes.js";

/** What is known of a point of the map. */
export function pointText(data: Payload, map: PageMap, point: number): Node[] {
  const line = (title: string, text: string): Node =>
    element("p", {}, element("strong", {}, `${title}: `), element("bdi", {}, text));
  if (point >= map.questions.length) {
    return [line("Passage", data.passages[map.passages[point - map.questions.length]])];
  }
  const i = map.questions[point];
  const { before, after } = data.nearest;
  const nearest = (when: string, near: PayloadNearest): Node[] => {
    const wrong = near.wrongCosine[i];
    if (wrong === null) return [];
    return [
      line(`Nearest wrong passage${when}, cosine ${cosine(wrong)}`, data.passages[near.wrong[i]]),
    ];
  };
  const rights = cosine(before.rightCosine[i]);
  const slice = map.slices?.of[point] ?? -1;
  return [
    line(
      `Question ${point + 1}, rank ${ranksOf(data, i)}${slice < 0 ? "" : `, ${map.slices!.names[slice]}`}`,
      data.questions[i],
    ),
    line(
      `Right passage, cosine ${data.compared ? `${rights} → ${cosine(after.rightCosine[i])}` : rights}`,
      data.passages[before.right[i]],
    ),
    ...nearest(data.compared ? " before" : "", before),
    ...(data.compared ? nearest(" after", after) : []),
  ];
}
