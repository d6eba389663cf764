import { checkInteger, refuse } from "../../base/checks.js";
import type { PairStatistics } from "./pair-statistics.js";

/**
 * Refuses statistics that are not whole: dimensions and counts that are no integers, sums of another length, values that
 * are not finite.
 *
 * @throws RangeError naming the part.
 */
export function checkPairStatistics(statistics: PairStatistics, place: string): void {
  const { dimensions: d, count, questions, corpus } = statistics;
  const most = Number.MAX_SAFE_INTEGER;
  checkInteger(d, `${place}.dimensions`, { least: 1, most });
  checkInteger(count, `${place}.count`, { least: 0, most });
  checkInteger(questions.count, `${place}.questions.count`, { least: count > 0 ? 1 : 0, most });
  if (corpus !== null) checkInteger(corpus.count, `${place}.corpus.count`, { least: 1, most });
  for (const [name, values] of statisticsParts(statistics)) {
    const length = /mean$/i.test(name) ? d : d * d;
    if (values.length !== length) refuse(`${place}.${name}`, `${length} values`, values.length);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) refuse(`${place}.${name}[${at}]`, "a finite number", values[at]);
    // No vectors of float32 have such sums; what is fitted of them would overflow.
    const most =
      length === d ? float32Most : float32Most ** 2 * Math.max(count, corpus?.count ?? 1);
    const large = values.findIndex((value) => Math.abs(value) > most);
    if (large >= 0) {
      refuse(`${place}.${name}[${large}]`, "what vectors of float32 can have", values[large]);
    }
  }
}

/** The largest float32. */
const float32Most = (2 - 2 ** -23) * 2 ** 127;

/** The sums with their names, in the order in which they are written. */
export function statisticsParts(
  statistics: PairStatistics,
): (readonly [name: string, values: Float64Array])[] {
  const { questions, corpus } = statistics;
  const own = [
    "queryMean",
    "passageMean",
    "queryScatter",
    "passageScatter",
    "crossScatter",
  ] as const;
  return [
    ...own.map((name) => [name, statistics[name]] as const),
    ["questions.mean", questions.mean],
    ["questions.scatter", questions.scatter],
    ...(corpus === null
      ? []
      : ([
          ["corpus.mean", corpus.mean],
          ["corpus.scatter", corpus.scatter],
        ] as const)),
  ];
}
