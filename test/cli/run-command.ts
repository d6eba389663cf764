import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CommandIo } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a person at a terminal answers; nobody is there without it. */
  readonly answer?: ((question: string) => string) | undefined;
  readonly signal?: AbortSignal;
  /** Told what stands on the status line; there is none without it. */
  readonly status?: ((line: string) => void) | undefined;
}

/** Runs the command in this process. */
export async function runCommand(
  argv: readonly string[],
  { env = {}, answer, signal = new AbortController().signal, status }: RunOptions = {},
): Promise<CommandRun> {
  let stdout = "";
  let stderr = "";
  const decoder = new TextDecoder();
  const io: CommandIo = {
    print(content) {
      stdout += typeof content === "string" ? content : decoder.decode(content);
      return Promise.resolve();
    },
    say(line) {
      stderr += `${line}\n`;
    },
    status,
    ask: answer && ((question) => Promise.resolve(answer(question))),
    env,
    signal,
    color: false,
    version: () => "1.2.3",
  };
  const code = await run(argv, io);
  return { code, stdout, stderr };
}

/** Runs the command as a process of its own. */
export function spawnCommand(
  argv: readonly string[],
  {
    env = {},
    input = "",
    script = ["--import", "tsx", `${root}src/cli.ts`],
    cwd = root,
  }: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly input?: string | Uint8Array;
    readonly script?: readonly string[];
    readonly cwd?: string;
  } = {},
): Promise<CommandRun> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...script, ...argv],
      { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
