import { access, constants, mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { methodNames, type MethodName } from "../../tune/candidates/default-candidates.js";
import { renderReport } from "../../report/page/render-report.js";
import { loadDecision } from "../../tune/files/load-decision.js";
import { saveDecision } from "../../tune/files/save-decision.js";
import { decisionFigures } from "../../tune/files/decision-figures.js";
import type { TunedFiles } from "../../tune/files/tune-files.js";
import {
  labelChanges,
  labelChangesSentence,
  type LabelledTables,
} from "../../tune/review/label-changes.js";
import { adapterLearningCurve, type AdapterLearningCurve } from "../../tune/learning-curve.js";
import { labelTexts } from "../../tune/texts/label-texts.js";
import { estimateTuning, tune, type TuneOptions } from "../../tune/tune.js";
import { keptIn, withEmbedder, type EmbedderFlags } from "../embedding/open-embedder.js";
import { agreeToSpend, estimateSentence } from "../embedding/spending.js";
import { interruptible, wrongUse } from "../failures.js";
import { writeOutput } from "../files/output.js";
import { readVectors } from "../files/read-all.js";
import type { EngineFlags } from "../engine.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { readData, type DataFlags } from "./read-data.js";
import { tunedLines } from "./tuned-lines.js";

export interface TuneFlags extends CommonFlags, EngineFlags, EmbedderFlags, DataFlags {
  readonly embedder?: string | undefined;
  readonly queryVectors?: string | undefined;
  readonly corpusVectors?: string | undefined;
  readonly side: "both" | "query";
  readonly holdOut: "auto" | "questions" | "passages";
  readonly metric: string;
  readonly candidates?: readonly string[] | undefined;
  readonly seed: string;
  readonly timeBudget?: number | undefined;
  readonly out: string;
  readonly texts: boolean;
  readonly learningCurve?: boolean | undefined;
}

/** `embedtune tune`: files to a decision in a folder. */
export async function tuneData(
  flags: TuneFlags,
  files: readonly string[],
  io: CommandIo,
): Promise<void> {
  const { queryVectors, corpusVectors } = flags;
  if ((queryVectors === undefined) !== (corpusVectors === undefined)) {
    const [lacking, there] =
      queryVectors === undefined
        ? ["--query-vectors", "--corpus-vectors"]
        : ["--corpus-vectors", "--query-vectors"];
    throw wrongUse(
      `${lacking} is needed beside ${there}, a .npy file with a row per item of the data`,
    );
  }
  const candidates = methodsOf(flags.candidates);
  const work = (): Promise<void> => tuneFiles({ ...flags, candidates }, files, io);
  return flags.dryRun === true ? work() : inFolder(flags.out, work);
}

async function tuneFiles(
  flags: Omit<TuneFlags, "candidates"> & Pick<TuneOptions, "candidates">,
  files: readonly string[],
  io: CommandIo,
): Promise<void> {
  const { embedder, queryVectors, corpusVectors } = flags;
  const { signal } = io;
  const read = await readData(files, flags, io);
  const { format, notes } = read;
  const source = { format, notes };
  const options: Omit<TuneOptions, "embedder"> = {
    ...{ side: flags.side, holdOut: flags.holdOut, seed: seedOf(flags.seed) },
    ...{ metric: flags.metric as TuneOptions["metric"], timeBudget: flags.timeBudget },
    candidates: flags.candidates,
    ...{ signal, onProgress: showProgress(io) },
  };
  if (queryVectors !== undefined && corpusVectors !== undefined) {
    const vectors = {
      queries: await readVectors(queryVectors, signal),
      corpus: await readVectors(corpusVectors, signal),
      embedder: embedder ?? null,
    };
    if (flags.dryRun === true) return io.print("the vectors are there: nothing to pay\n");
    return report({ ...(await tune(read.data, { ...options, vectors })), source }, flags, io);
  }
  if (embedder === undefined) {
    io.say(
      "embedding by the built-in embedder, which compares spelling and not meaning; --embedder names a model",
    );
  }
  const name = embedder ?? "hashing";
  await withEmbedder(name, flags, io, async (open) => {
    const { bare, prefixes } = open;
    const embedding = { embedder: bare, prefixes: prefixes ?? ("none" as const) };
    if (flags.dryRun === true) {
      const estimate = await estimateTuning(read.data, { ...embedding, signal });
      const line = flags.json === true ? JSON.stringify(estimate) : estimateSentence(estimate);
      return io.print(`${line}\n`);
    }
    const decision = await interruptible(
      signal,
      () => keptIn(open),
      () =>
        tune(read.data, {
          ...options,
          ...embedding,
          approve: async (estimate) => {
            await agreeToSpend(open, estimate, flags, io);
            return true;
          },
        }),
    );
    await report({ ...decision, source }, flags, io);
  });
}

/** A number where it is one: the files then are those that the library writes for the same seed. */
const seedOf = (seed: string): string | number =>
  /^(0|[1-9]\d{0,14})$/.test(seed) ? Number(seed) : seed;

function methodsOf(names: readonly string[] | undefined): readonly MethodName[] | undefined {
  const isMethod = (name: string): name is MethodName => methodNames.includes(name as MethodName);
  if (names === undefined || names.every(isMethod)) return names;
  const wrong = JSON.stringify(names.find((name) => !isMethod(name)));
  throw wrongUse(`--candidates must be some of ${methodNames.join(", ")}, received ${wrong}`);
}

/**
 * Makes the folder before anything is paid for: one that cannot be made or written to would come to light at the end. Where nothing
 * comes of the work, it goes again.
 */
async function inFolder(path: string, work: () => Promise<void>): Promise<void> {
  const made = await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw wrongUse(
      `--out must name a folder that can be made, received ${JSON.stringify(path)} (${(cause as Error).message})`,
    );
  });
  await access(path, constants.W_OK).catch((cause: unknown) => {
    throw wrongUse(
      `--out must name a folder that can be written to, received ${JSON.stringify(path)} (${(cause as Error).message})`,
    );
  });
  try {
    await work();
  } catch (error) {
    if (made !== undefined) await rmdir(path).catch(() => undefined); // unless something stands in it
    throw error;
  }
}

async function report(
  decision: TunedFiles,
  flags: Pick<TuneFlags, "out" | "texts" | "json" | "learningCurve">,
  io: CommandIo,
): Promise<void> {
  const { out, texts, json = false } = flags;
  const learningCurve = await curveFor(decision, flags.learningCurve, io);
  io.status?.("");
  const page = join(out, "report.html");
  const previous = await earlierLabels(out);
  if (previous !== undefined) io.say(labelChangesSentence(labelChanges(previous, decision.texts)));
  await writeOutput(page, io, await renderReport(decision, { texts, previous, learningCurve }));
  const paths = [page, ...(await saveDecision(out, decision, { texts }))];
  if (json) {
    return io.print(`${JSON.stringify({ ...decisionFigures(decision), files: paths })}\n`);
  }
  await io.print(
    tunedLines(decision, paths)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** Methods whose curve takes seconds, up to these sizes: a fit takes the cube of the dimensions, forty times. */
const cheap = { methods: ["rca", "corpus-prior", "ridge"], dimensions: 512, questions: 5000 };

const curveIsCheap = ({ best, questions, vectors }: TunedFiles): boolean =>
  cheap.methods.includes(best.method) &&
  vectors.queries.cols <= cheap.dimensions &&
  questions.length <= cheap.questions;

/** The curve where it is asked for, or cheap and not asked not to be. */
async function curveFor(
  decision: TunedFiles,
  wanted: boolean | undefined,
  io: CommandIo,
): Promise<AdapterLearningCurve | undefined> {
  if (wanted !== undefined) return wanted ? curveOf(decision, io) : undefined;
  if (!curveIsCheap(decision)) return undefined;
  return curveOf(decision, io).catch((error: unknown) => {
    // Data that have no curve, such as too few groups to learn from, have a verdict all the same.
    if (error instanceof RangeError) return undefined;
    throw error;
  });
}

/** What more labels would be worth to the best that was found; nothing where nothing was judged or found. */
async function curveOf(
  { claim, best, metric, seed, texts, vectors }: TunedFiles,
  io: CommandIo,
): Promise<AdapterLearningCurve | undefined> {
  if (claim === null || best.method === "identity") return undefined;
  return adapterLearningCurve(labelTexts(texts, vectors).data, {
    ...{ candidate: best, holdOut: claim, metric, seed },
    ...{ signal: io.signal, onProgress: showProgress(io) },
  });
}

/** What the folder was judged on before; nothing where it holds no decision that can be read, or one without texts. */
async function earlierLabels(folder: string): Promise<LabelledTables | undefined> {
  const earlier = await loadDecision(folder).catch(() => undefined);
  return earlier?.toReview === undefined ? earlier?.texts : undefined;
}
