/** What can be served beside an adapter's maps where passages have answered questions. */
export const formNames = ["moved passages", "known questions"] as const;
export type FormName = (typeof formNames)[number];

/** A form at a point of its grid. Plain data, as it is written down. */
export interface Form {
  readonly name: FormName;
  /**
   * Of moved passages `mean` or `step`, the strength of one kind of move; of known questions `weight`, `neighbours` and
   * `temperature`.
   */
  readonly parameters: Readonly<Record<string, number>>;
}

const moves: readonly Form[] = [
  ...[0.5, 1, 2].map((mean) => ({ mean })),
  ...[0.3, 0.6].map((step) => ({ step })),
].map((parameters) => ({ name: "moved passages", parameters }));

const votes: readonly Form[] = [0.05, 0.1, 0.2, 0.4].map((weight) => ({
  name: "known questions",
  parameters: { weight, neighbours: 16, temperature: 0.05 },
}));

/** All that is tried on top of a map. */
export const formGrid: readonly Form[] = [...moves, ...votes];
