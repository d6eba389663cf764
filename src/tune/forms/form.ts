import type { Move } from "../../adapter/answered/move.js";
import type { VoteSettings } from "../../adapter/answered/votes.js";

/** What can be served beside an adapter's maps where passages have answered questions. */
export const formNames = ["moved passages", "known questions"] as const;
export type FormName = (typeof formNames)[number];

/** A form at a point of its grid. Plain data, as it is written down. */
export type Form =
  | { readonly name: "moved passages"; readonly move: Move }
  | { readonly name: "known questions"; readonly votes: VoteSettings };

/** From mild to strong. */
const moves: readonly Move[] = [
  { kind: "mean", strength: 0.5 },
  { kind: "step", strength: 0.3 },
  { kind: "mean", strength: 1 },
  { kind: "step", strength: 0.6 },
  { kind: "mean", strength: 2 },
];

const votes: readonly VoteSettings[] = /* @__PURE__ */ [0.05, 0.1, 0.2, 0.4].map((weight) => ({
  weight,
  neighbours: 16,
  temperature: 0.05,
}));

const movedForms = /* @__PURE__ */ moves.map((move): Form => ({ name: "moved passages", move }));
const votedForms = /* @__PURE__ */ votes.map((settings): Form => ({
  name: "known questions",
  votes: settings,
}));

/** All that is tried on top of a map, each kind from mild to strong. */
export const formGrid: readonly Form[] = /* @__PURE__ */ movedForms.concat(votedForms);
