/**
 * Does embedding survive what servers do, and a killed process? 100 storms of 600 texts at a server that draws what goes wrong
 * from a seed; then two processes at one cache, killed at random moments and started anew. All but the counts of what happened
 * must be zero.
 *
 * `--storms 100 --texts 600 --kills 52`; the seeds are those from 1 on, or `--from 101`.
 */
import { faultKinds } from "../test/support/fault-server.js";
import { addOutcomes, runStorm, type StormOutcome } from "../test/support/fault-storm.js";
import { runKillRound, type KillOutcome } from "../test/support/kill-rounds.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

/** Storms, and rounds of kills, at once: most of their time is waiting. */
const stormsAtOnce = 6;
const roundsAtOnce = 4;
/** Kills of each of the two processes of a round. */
const killsEach = 2;

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const storms = countOption(options, "storms", 100);
  const texts = countOption(options, "texts", 600);
  const rounds = Math.ceil(countOption(options, "kills", 52) / (2 * killsEach));
  const from = countOption(options, "from", 1);
  let unhandled = 0;
  process.on("unhandledRejection", (error) => {
    unhandled++;
    console.error("unhandled", error);
  });

  const outcomes: StormOutcome[] = [];
  await atOnce(from, storms, stormsAtOnce, async (seed) => {
    const outcome = await runStorm(seed, texts);
    outcomes.push(outcome);
    for (const what of [...outcome.odd, ...outcome.repeats]) console.error(what);
  });
  const storm = addOutcomes(outcomes);

  const kills: KillOutcome[] = [];
  await atOnce(from, rounds, roundsAtOnce, async (seed) => {
    kills.push(await runKillRound({ seed, killsEach, count: 6000, share: true }));
  });
  const sum = (of: (outcome: KillOutcome) => number): number =>
    kills.reduce((total, outcome) => total + of(outcome), 0);

  return [
    ...table("storms", {
      storms: storm.storms,
      texts: storm.texts,
      requests: storm.requests,
      faults: storm.faults,
      "kinds of faults": `${storm.kinds.size} of ${Object.keys(faultKinds).length}`,
      "runs begun": storm.runs,
      wrong: storm.wrong,
      lost: storm.lost,
      "asked again after the vector had arrived whole": storm.again,
      "odd errors, or the key shown": storm.odd.length,
      unhandled,
      "longest abort, ms": Math.round(storm.longestAbortMs),
    }),
    ...table("kill -9, two processes at one cache", {
      kills: sum((outcome) => outcome.kills),
      texts: sum((outcome) => outcome.texts),
      wrong: sum((outcome) => outcome.wrong),
      lost: sum((outcome) => outcome.lost),
      "asked again though stored, or under way elsewhere": sum((outcome) => outcome.again),
      "under way when their process was killed": sum((outcome) => outcome.inFlight),
      "of these asked again": sum((outcome) => outcome.repeated),
      "processes that failed": sum((outcome) => outcome.failures),
    }),
  ];
}

/** Runs work for `count` seeds from the first on, some at once. */
async function atOnce(
  first: number,
  count: number,
  most: number,
  work: (seed: number) => Promise<void>,
): Promise<void> {
  let next = first;
  const worker = async (): Promise<void> => {
    while (next < first + count) await work(next++);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

const table = (name: string, figures: Readonly<Record<string, number | string>>): BenchRow[] =>
  Object.entries(figures).map(([what, figure]) => ({ table: name, what, figure }));
