import { formatNumber, formatPercent, setTitle } from "./format.js";
import type { MethodFigures, ReportData } from "./report-data.js";
import { beforeAndAfter } from "./report-fields.js";

/**
 * The finding in one sentence per set: accuracy before and after with its intervals beside the base rate, and the change
 * of retrieval. A change of accuracy within the two intervals (added in quadrature, as for independent samples; the
 * pairs being the same, this errs on the side of doubt) is called no clear change.
 *
 * @returns the caller's own verdict where there is one; `null` where there is nothing to compare.
 */
export function verdictOf(data: ReportData): string | null {
  if (data.verdict !== undefined) return data.verdict;
  const { before, after } = beforeAndAfter(data);
  if (before === undefined || after === undefined || before === after) return null;
  const methods = data.methods ?? [];
  const sets = [...new Set(methods.map((row) => row.set))];
  const sentences = sets.flatMap((set) => {
    const a = methods.find((row) => row.set === set && row.name === before);
    const b = methods.find((row) => row.set === set && row.name === after);
    return a === undefined || b === undefined ? [] : [accuracySentence(set, a, b)];
  });
  if (sentences.length === 0) return null;
  const retrieval = retrievalSentence(methods, before, after);
  return [...sentences, ...(retrieval === null ? [] : [retrieval])].join(" ");
}

function accuracySentence(set: string, before: MethodFigures, after: MethodFigures): string {
  const change = after.accuracy - before.accuracy;
  const noise =
    before.interval === null || after.interval === null
      ? null
      : Math.hypot(before.interval, after.interval);
  const clear = noise === null || Math.abs(change) > noise;
  const base = `always giving the same answer reaches ${formatPercent(after.baseRate)}`;
  const figures = `from ${withInterval(before)} (${before.name}) to ${withInterval(after)} (${after.name})`;
  const verb = change === 0 || !clear ? "shows no clear change," : change > 0 ? "rises" : "falls";
  return `On ${setTitle(set)} accuracy ${verb} ${figures}; ${base}.`;
}

function retrievalSentence(
  methods: readonly MethodFigures[],
  before: string,
  after: string,
): string | null {
  const a = methods.find((row) => row.name === before && row["recall@1"] !== null);
  const b = methods.find((row) => row.name === after && row.set === a?.set);
  const [first, second] = [a?.["recall@1"] ?? null, b?.["recall@1"] ?? null];
  if (first === null || second === null) return null;
  const share = (x: number): string => formatNumber(x, 3);
  return `The right passage comes first for ${share(first)} of the questions before, ${share(second)} after (recall@1).`;
}

function withInterval({ accuracy, interval }: MethodFigures): string {
  return interval === null
    ? formatPercent(accuracy)
    : `${formatPercent(accuracy)} ± ${formatNumber(interval * 100, 1)}`;
}
