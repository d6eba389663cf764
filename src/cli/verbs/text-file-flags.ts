import { tuningFileFormats } from "../../data/tuning-files/types.js";
import { textFlag } from "../verb.js";

const columnFlag = (brief: string) =>
  textFlag(`${brief}; guessed by its name without this`, "name");

/** Flags of the verbs that read texts of any of the usual shapes. */
export const textFileFlags = {
  format: {
    kind: "enum",
    values: tuningFileFormats,
    brief: "How the data lie; guessed without this",
    optional: true,
  },
  split: textFlag("Which judgements of a BEIR folder; train where there are some", "name"),
  queryColumn: columnFlag("The column of the question"),
  passageColumn: columnFlag("The column of the passage, or of its id in the corpus"),
  labelColumn: columnFlag("The column that says 1 or 0"),
  gradeColumn: columnFlag("The column that says how well the passage answers"),
  groupColumn: columnFlag("The column of what must stay together, such as a page"),
  negativeColumn: columnFlag("The column of a wrong passage"),
  idColumn: columnFlag("The corpus's column of ids"),
  titleColumn: columnFlag("The corpus's column of titles"),
  textColumn: columnFlag("The corpus's column of texts"),
} as const;
