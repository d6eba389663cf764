import type { Payload, PayloadNearest } from "../page/payload.js";
import { element } from "./elements.js";

export type Change = "won" | "lost" | "unchanged";

export function changeOf({ before, after, compared }: Payload, i: number): Change {
  if (!compared || before[i] === after[i]) return "unchanged";
  return after[i] < before[i] ? "won" : "lost";
}

export const ranksOf = ({ before, after, compared }: Payload, i: number): string =>
  compared ? `${before[i]} → ${after[i]}` : String(before[i]);

export const cosine = (thousandths: number): string => (thousandths / 1000).toFixed(3);

/** Cut at three lines where the table is. */
export const excerpt = (text: string): Node =>
  element("span", { class: "excerpt", dir: "auto" }, text);

/** What stood first, as the static rows say it. */
export function firstPassage(data: Payload, near: PayloadNearest, rank: number, i: number): Node[] {
  const right = cosine(near.rightCosine[i]);
  const wrongCosine = near.wrongCosine[i];
  if (rank === 1 || wrongCosine === null) {
    return [element("span", { class: "right" }, "the right one"), new Text(`, cosine ${right}`)];
  }
  return [
    excerpt(data.passages[near.wrong[i]]),
    new Text(" "),
    element("span", { class: "figures" }, `cosine ${cosine(wrongCosine)}, right ${right}`),
  ];
}
