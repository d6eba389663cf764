/**
 * `npm run bench -- gain`: what the one call, `fitAdapter`, gives on real vectors and on noise. Real sets are those of the
 * shared data (see CONTRIBUTING.md); without them nothing is run.
 *
 * A: all training labels. B: 30, 100, 300 and all labels beside methods with fixed settings. noise: how often there is
 * "use it" where there is nothing to find. power: how often a gain that is there is found. needed: the forecast of
 * labels. peers: what Python gives on the same pairs, where it is installed. wide, only when it is asked for: seconds and
 * memory of the call on 11,034 pairs of 1,536 dimensions, which are made here.
 *
 *   --only A,B,noise,power,needed,peers,wide   some of the parts
 *   --full                three draws of labels in B instead of one, 200 runs on noise of each kind instead of 20, and
 *                         training on wide vectors beside the closed forms
 *   --draws 1, --runs 20  the same one by one
 *   --sets clinc,words    some of clinc, xquad, nq, pubmed, words
 *   --jobs 1              cells at a time, each in a process of its own; cores are shared out among them, so that
 *                         seconds say how long a call takes only with one
 *   --cells FILE          results of cells: those found there are not run again, new ones are appended
 *   --python python3      an interpreter for peers
 */
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";
import { neuralSets, setsArePresent } from "./sets.js";
import { allLabels } from "./gain/all-labels.js";
import { fewLabels } from "./gain/few-labels.js";
import { noise } from "./gain/noise.js";
import type { Part, PartSize } from "./gain/part.js";
import { needed, power } from "./gain/power.js";
import { pythonPeers } from "./gain/python-peers.js";
import { runCells, serveCells } from "./gain/run-cells.js";
import { wide } from "./gain/wide.js";
import { pythonOf } from "./python.js";

const parts: Readonly<Record<string, Part>> = { A: allLabels, B: fewLabels, noise, power, needed };
const sets = [...neuralSets, "words"];

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  if (options.has("cell")) {
    await serveCells(countOption(options, "threads", 1));
    return [];
  }
  const standard = [...Object.keys(parts), "peers"];
  const names = listOption(options, "only", [...standard, "wide"], standard);
  const full = options.has("full");
  const wideRows = names.includes("wide") ? await wide(full) : [];
  if (names.length === 1 && wideRows.length > 0) return wideRows;
  if (!setsArePresent) {
    console.log("gain: skipped, since the shared data is not here (../shared/data/sets)");
    return wideRows;
  }
  const size: PartSize = {
    draws: countOption(options, "draws", full ? 3 : 1),
    runs: countOption(options, "runs", full ? 200 : 20),
    sets: listOption(options, "sets", sets),
  };
  const wanted = Object.keys(parts).filter((name) => names.includes(name));
  const find = await runCells(
    wanted.flatMap((name) => parts[name].jobs(size)),
    { jobs: countOption(options, "jobs", 1), file: options.get("cells") },
  );
  return [
    ...wideRows,
    ...wanted.flatMap((name) => parts[name].rows(size, find)),
    ...(names.includes("peers") ? pythonPeers(pythonOf(options), size.sets) : []),
  ];
}

function listOption(
  options: BenchOptions,
  name: string,
  all: readonly string[],
  standard = all,
): string[] {
  const given = options.get(name)?.split(",") ?? [...standard];
  for (const item of given) {
    if (!all.includes(item)) {
      throw new RangeError(`--${name} must be some of ${all.join(", ")}, received ${item}`);
    }
  }
  return given;
}
