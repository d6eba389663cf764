import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import type { Source } from "../sources/open-source.js";
import { tuningFileFormats, type ReadTuningFilesOptions, type TuningColumns } from "./types.js";

const columnNames: readonly (keyof TuningColumns)[] = [
  "query",
  "passage",
  "label",
  "grade",
  "group",
  "negative",
  "id",
  "title",
  "text",
];

/** @throws RangeError for an option of `readTuningFiles` that is not as expected. */
export function checkOptions(
  paths: Source | readonly Source[],
  { format, columns, split, corpus, escape, maxBytes }: ReadTuningFilesOptions,
): void {
  checkPaths(paths, "paths");
  if (corpus !== undefined) checkPaths(corpus, "corpus");
  if ([paths].flat().includes("-") && [corpus].flat().includes("-")) {
    refuse("readTuningFiles: corpus", "a file where the pairs come from standard input", "-");
  }
  if (format !== undefined) checkChoice(format, "readTuningFiles: format", tuningFileFormats);
  if (split !== undefined && typeof split !== "string") {
    refuse("readTuningFiles: split", "the name of a split", split);
  }
  if (escape !== undefined) {
    checkChoice(escape, "readTuningFiles: escape", ["doubled", "backslash"]);
  }
  if (maxBytes !== undefined && maxBytes !== Infinity) {
    checkInteger(maxBytes, "readTuningFiles: maxBytes", { least: 1 });
  }
  if (columns === undefined) return;
  if (typeof columns !== "object" || columns === null) {
    refuse("readTuningFiles: columns", 'an object such as { query: "Frage" }', columns);
  }
  for (const name of Object.keys(columns)) {
    checkChoice(name, "readTuningFiles: a name of columns", columnNames);
  }
}

function checkPaths(paths: unknown, name: string): void {
  const list = [paths].flat() as unknown[];
  const isSource = (path: unknown): boolean =>
    (typeof path === "string" && path !== "") ||
    (typeof path === "object" && path !== null && "name" in path && "stream" in path);
  if (list.length === 0 || !list.every(isSource)) {
    refuse(`readTuningFiles: ${name}`, "a path, or several", paths);
  }
}
