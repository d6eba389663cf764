import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ToChild {
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

export type FromChild = { readonly target: string; readonly input: number } & (
  | { readonly kind: "ready" }
  | { readonly kind: "begin"; readonly read: number }
  | { readonly kind: "end"; readonly read: number }
  | { readonly kind: "crash" | "wrong" | "unhandled"; readonly message: string }
);

export interface FuzzResult {
  readonly target: string;
  readonly inputs: number;
  /** Inputs that were read for all the damage; the others were refused by name. */
  readonly read: number;
  /** What must not be, with the input's number, from which it can be made again. */
  readonly problems: readonly {
    readonly kind: string;
    readonly input: number;
    readonly message: string;
  }[];
}

/** Milliseconds of silence after which an input is taken for a hang; on a busy machine a process alone takes seconds to begin. */
const patience = 40_000;
const startPatience = 300_000;

/** Runs a target's inputs in a process of their own, under a watchdog; what hangs or ends the process is named and passed over. */
export async function fuzz(target: string, from: number, to: number): Promise<FuzzResult> {
  const problems: { kind: string; input: number; message: string }[] = [];
  let read = 0;
  for (let next = from; next < to;) {
    let last = next;
    let readHere = 0;
    let ended = false;
    const child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), {
      execArgv: ["--import", "tsx", "--max-old-space-size=1500"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let errors = "";
    child.stderr?.on("data", (text: Buffer) => (errors += text.toString()));
    let heard = Date.now() + startPatience;
    child.on("message", (message: FromChild) => {
      heard = Date.now() + (message.kind === "ready" ? startPatience : 0);
      if (message.kind === "ready") child.send({ target, from: next, to } satisfies ToChild);
      else if (message.kind === "begin" || message.kind === "end") {
        last = message.input;
        readHere = message.read;
        ended = message.kind === "end";
      } else problems.push({ kind: message.kind, input: message.input, message: message.message });
    });
    const hung = await new Promise<boolean>((resolve) => {
      const watch = setInterval(() => {
        if (Date.now() - heard < patience) return;
        child.kill("SIGKILL");
        clearInterval(watch);
        resolve(true);
      }, 500);
      child.on("exit", () => {
        clearInterval(watch);
        resolve(false);
      });
    });
    read += readHere;
    if (ended) break;
    problems.push({ kind: hung ? "hang" : "crash", input: last, message: errors.slice(0, 300) });
    next = last + 1;
  }
  return { target, inputs: to - from, read, problems };
}
