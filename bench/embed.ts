/**
 * Clients for embeddings on one server (loopback, with OpenAI's wire format, a realistic delay and a rate limit):
 * embedtune; LangChain.js's OpenAIEmbeddings behind CacheBackedEmbeddings; the AI SDK's embedMany, which has no cache.
 * Every client runs in a process of its own, with a memory store where it has a cache, and 1,536 dimensions: with its
 * defaults, and "tuned" with as large batches and as many requests at once as embedtune's defaults. embedtune also runs
 * with its cache on disk (LMDB).
 *
 *     npm i --prefix bench            # the rivals
 *     npm run bench -- embed [--texts 10000] [--only embedtune,embedtune-lmdb,langchain,langchain-tuned,…]
 *       --requests-per-minute 10000 --tokens-per-minute 10000000   OpenAI's highest tier. A lower one is what is measured
 *                                                                  instead of the client
 *
 * Half-warm: half of the texts were embedded before. Warm: the best of as many passes as fit 12 s, at most eight. Texts per
 * processor second say what a client costs whoever else uses the machine.
 */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BenchOptions, BenchRow } from "./rows.js";

interface Run {
  readonly seconds: number;
  /** Processor time of the client in seconds. */
  readonly processor: number;
  readonly requests: number;
  readonly refused: number;
  readonly error?: string;
}

interface Runs {
  readonly cold: Run;
  readonly warm: Run;
  readonly "half-warm": Run;
  readonly peakMB: number;
}

const ours = ["embedtune", "embedtune-lmdb"];
const rivals = ["langchain", "langchain-tuned", "ai-sdk", "ai-sdk-tuned"];

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const texts = Number(options.get("texts") ?? 10_000);
  const limits = [
    options.get("requests-per-minute") ?? "10000",
    options.get("tokens-per-minute") ?? "10000000",
  ];
  const installed = existsSync(path("node_modules/ai"));
  const names = (options.get("only") ?? (installed ? [...ours, ...rivals] : ours).join(",")).split(
    ",",
  );
  if (!installed) console.error("bench: only embedtune; install the rivals: npm i --prefix bench");
  const rows: BenchRow[] = [];
  for (const name of names) {
    const server = fork(path("embed-server.ts"), limits, { execArgv: ["--import", "tsx"] });
    const port = await new Promise<number>((resolve) =>
      server.once("message", (p) => resolve(p as number)),
    );
    try {
      const runs = await contend(name, `http://127.0.0.1:${port}/v1`, texts);
      const speed = ({ error, seconds }: Run): string | number =>
        error === undefined ? Math.round(texts / seconds) : `failed: ${error}`;
      const thrift = ({ error, processor }: Run): string | number =>
        error === undefined ? Math.round(texts / processor) : "";
      const row = {
        table: `${texts} texts of about 100 tokens`,
        client: name,
        "cold texts/s": speed(runs.cold),
        "warm texts/s": speed(runs.warm),
        "half-warm texts/s": speed(runs["half-warm"]),
        "cold texts/processor s": thrift(runs.cold),
        "warm texts/processor s": thrift(runs.warm),
        "cold requests": runs.cold.requests,
        "of them refused": runs.cold.refused,
        "warm requests": runs.warm.requests,
        "half-warm requests": runs["half-warm"].requests,
        "peak MB": Math.round(runs.peakMB),
      };
      console.error(JSON.stringify(row)); // the whole takes long where texts are many
      rows.push(row);
    } catch (error) {
      // One that runs out of memory must not take the figures of the others with it.
      const { message } = error as Error;
      rows.push({
        table: `${texts} texts of about 100 tokens`,
        client: name,
        "cold texts/s": `failed: ${message}`,
      });
    } finally {
      server.kill();
    }
  }
  return rows;
}

function contend(name: string, baseURL: string, texts: number): Promise<Runs> {
  const child = fork(path("embed-contender.ts"), [name, baseURL, String(texts)], {
    execArgv: ["--import", "tsx", "--max-old-space-size=16000"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (runs) => resolve(runs as Runs));
    child.once("exit", (code, signal) =>
      reject(new Error(`ended by ${signal ?? `itself with code ${code}`}`)),
    );
  });
}
