import { open, rename, rm } from "node:fs/promises";
import { partialPath, removeStalePartials } from "../../adapter/whole-file.js";
import type { CommandIo } from "../io.js";

/** Takes what a verb writes, in order. */
export interface Sink {
  /** Resolves when it is taken, so that a slow reader slows the work and costs no memory. */
  write(content: string | Uint8Array): Promise<void>;
  /** Overwrites the beginning, where the sink is a file. */
  readonly rewriteStart?: ((bytes: Uint8Array) => Promise<void>) | undefined;
}

/** Content that small pieces are collected to before they are written. */
const bufferBytes = 1 << 18;

/**
 * Opens a file, or standard output for `"-"`, for the time of `fill`. The file appears whole or not at all: it is written
 * beside its place and renamed.
 *
 * @throws Error naming the path when it cannot be written.
 */
export async function withOutput<T>(
  path: string,
  io: CommandIo,
  fill: (sink: Sink) => Promise<T>,
): Promise<T> {
  if (path === "-") {
    const { sink, flush } = buffered(io.print);
    const result = await fill(sink);
    await flush();
    return result;
  }
  const partial = partialPath(path);
  await removeStalePartials(path);
  const failed = (cause: unknown): Error =>
    new Error(`${path}: cannot be written (${(cause as Error).message})`, { cause });
  const file = await open(partial, "w").catch((cause: unknown) => {
    throw failed(cause);
  });
  try {
    const { sink, flush } = buffered(async (content) => {
      await file.writeFile(content).catch((cause: unknown) => {
        throw failed(cause);
      });
    });
    const result = await fill({
      ...sink,
      async rewriteStart(bytes) {
        await flush();
        await file.write(bytes, 0, bytes.length, 0);
      },
    });
    await flush();
    await file.sync();
    await file.close();
    await rename(partial, path).catch((cause: unknown) => {
      throw failed(cause);
    });
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

/** Writes a whole file, or to standard output for `"-"`. */
export async function writeOutput(path: string, io: CommandIo, content: string): Promise<void> {
  await withOutput(path, io, (sink) => sink.write(content));
}

function buffered(take: (bytes: Uint8Array) => Promise<void>): {
  readonly sink: Sink;
  readonly flush: () => Promise<void>;
} {
  let parts: Uint8Array[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (size === 0) return;
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    size = 0;
    await take(bytes);
  };
  return {
    flush,
    sink: {
      async write(content) {
        const bytes = typeof content === "string" ? Buffer.from(content) : content;
        parts.push(bytes);
        size += bytes.length;
        if (size >= bufferBytes) await flush();
      },
    },
  };
}
