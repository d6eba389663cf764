import type { Move } from "../../adapter/answered/move.js";
import type { VoteSettings } from "../../adapter/answered/votes.js";

/** What can be served beside an adapter's maps where passages have answered questions. */
export const formNames = ["moved passages", "known questions"] as const;
export type FormName = (typeof formNames)[number];

/** A form at a point of its grid. Plain data, as it is written down. */
export type Form =
  | { readonly name: "moved passages"; readonly move: Move }
  | { readonly name: "known questions"; readonly votes: VoteSettings };

const moves: readonly Move[] = [
  ...[0.5, 1, 2].map((strength): Move => ({ kind: "mean", strength })),
  ...[0.3, 0.6].map((strength): Move => ({ kind: "step", strength })),
];

const settings: readonly VoteSettings[] = [0.05, 0.1, 0.2, 0.4].map((weight) => ({
  weight,
  neighbours: 16,
  temperature: 0.05,
}));

/** All that is tried on top of a map. */
export const formGrid: readonly Form[] = [
  ...moves.map((move): Form => ({ name: "moved passages", move })),
  ...settings.map((votes): Form => ({ name: "known questions", votes })),
];
