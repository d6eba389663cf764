import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { interruption } from "./failures.js";
import type { CommandIo } from "./io.js";
import { run } from "./run.js";

/**
 * Runs the command with the process's streams and arguments, and sets its exit code.
 *
 * @param packageFile Where the package says its version.
 */
export async function runInProcess(packageFile: () => URL): Promise<void> {
  const { stdout } = process;
  const controller = new AbortController();
  // A second Ctrl-C ends the process at once, as it would any other.
  process.once("SIGINT", () => controller.abort(interruption()));
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read has seen enough, as `head` does.
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const io = processIo(controller.signal, packageFile);
  process.exitCode = await run(process.argv.slice(2), io);
}

function processIo(signal: AbortSignal, packageFile: () => URL): CommandIo {
  const { stdin, stdout, stderr, env } = process;
  let shown = "";
  const status = (line: string): void => {
    if (line === shown) return;
    shown = line;
    const columns = stderr.columns > 0 ? stderr.columns : 80; // some terminals do not know theirs
    stderr.write(`\r\u001B[2K${line.slice(0, columns - 1)}`);
  };
  return {
    async print(content) {
      if (content.length > 0 && !stdout.write(content)) await once(stdout, "drain");
    },
    say(line) {
      if (stderr.isTTY) status("");
      stderr.write(`${line}\n`);
    },
    status: stderr.isTTY ? status : undefined,
    ask: stdin.isTTY && stderr.isTTY ? (question) => askPerson(question, signal) : undefined,
    env,
    signal,
    color: stdout.isTTY && (env["NO_COLOR"] ?? "") === "",
    version: () => (JSON.parse(readFileSync(packageFile(), "utf8")) as { version: string }).version,
  };
}

/** Ends with nothing said where the terminal is closed, Ctrl-D. */
async function askPerson(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads a line it takes Ctrl-C for itself.
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const closed = once(lines, "close").then(() => "");
  try {
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch (error) {
    signal.throwIfAborted();
    if ((error as Error).name === "AbortError") return ""; // by Ctrl-D, as some versions of Node tell it
    throw error;
  } finally {
    lines.close();
  }
}
