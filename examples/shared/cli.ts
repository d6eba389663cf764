import cliProgress from "cli-progress";
import type { LongJobOptions, Progress } from "embedtune";

/**
 * Runs an example's main function the way a command should behave: an error becomes one sentence on stderr and exit
 * code 1, Ctrl-C aborts the signal the work was given, and a reader that stops early (`| head`) ends it quietly.
 */
export async function runExample(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  process.once("SIGINT", () => {
    controller.abort(new Error("interrupted; what was finished is kept"));
  });
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    await main(controller.signal);
  } catch (error) {
    console.error(sentence(error));
    process.exitCode = 1;
  }
}

/** An error as one line of text, without a stack. */
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** Progress bars on stderr, one per stage, in the order the stages begin; nothing where stderr is no terminal. */
export interface ProgressBars {
  /** Pass it on as the option of the same name. */
  readonly onProgress: NonNullable<LongJobOptions["onProgress"]>;
  /** Call it before printing results, and when an error ends the work. */
  stop(): void;
}

/** @see ProgressBars */
export function progressBars(): ProgressBars {
  if (!process.stderr.isTTY) return { onProgress: () => undefined, stop: () => undefined };
  const multi = new cliProgress.MultiBar(
    {
      format: " {stage} |{bar}| {percentage}% {value}/{total} {duration_formatted}",
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
      forceRedraw: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const bars = new Map<string, cliProgress.SingleBar>();
  const show = ({ stage, done, total }: Progress): void => {
    let bar = bars.get(stage);
    if (bar === undefined) {
      bar = multi.create(total ?? 0, 0, { stage: stage.padEnd(14) });
      bars.set(stage, bar);
    }
    // A total that is not known yet grows with the work, so that the bar never claims to be finished.
    bar.setTotal(total ?? done + 1);
    bar.update(done);
  };
  return {
    onProgress: show,
    stop() {
      multi.stop();
      bars.clear();
    },
  };
}
