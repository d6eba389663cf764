/** Fields of the data that have a default, or that come in two forms. */
import type { ReportData, RetrievalExample } from "./report-data.js";

/** The names of the methods that stand for before and after; `undefined` where there is none. */
export function beforeAndAfter({ methods = [], baseline, chosen }: ReportData): {
  before: string | undefined;
  after: string | undefined;
} {
  const names = [...new Set(methods.map((row) => row.name))];
  const before = baseline ?? names[0];
  return { before, after: chosen ?? names.filter((name) => name !== before).at(-1) };
}

/** The examples as a list, whether one was given or several. */
export function examplesOf({ example }: ReportData): readonly RetrievalExample[] {
  if (example === undefined) return [];
  return Array.isArray(example)
    ? (example as readonly RetrievalExample[])
    : [example as RetrievalExample];
}
