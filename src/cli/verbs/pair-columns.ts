const column = (brief: string, name: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder: "name", default: name }) as const;

/** Flags that say what the columns of a file of pairs are called. */
export const pairColumnFlags = {
  queryColumn: column("The column of the question", "query"),
  passageColumn: column("The column of the passage", "passage"),
  labelColumn: column("The column that says 1 or 0; without it every pair is a match", "label"),
  groupColumn: column("The column of what must stay together in a split", "group"),
} as const;
