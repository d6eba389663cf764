import { DataError } from "../data-error.js";
import { sleep } from "../../base/sleep.js";
import type { ParquetFile } from "./parquet-file.js";

const tries = 4;
/** Before the second try; doubled for each after it. */
const firstWait = 500; // ms
/** The longest that a server is believed to need, as it says itself. */
const longestWait = 30_000; // ms
/** Without an answer or a byte of it. */
const patience = 60_000; // ms

/**
 * A file behind a URL, read by range requests. A server that answers them with the whole file is asked once, and the file
 * kept. What may pass (408, 429, 5xx, a broken connection, a body cut short) is tried again, four times in all.
 *
 * @throws DataError naming the address and what the server said.
 */
export async function openUrl(url: string, signal: AbortSignal | undefined): Promise<ParquetFile> {
  let whole: ArrayBuffer | undefined;
  /** The bytes from `start` to `end`, and how many the file has, where the server tells. */
  const fetchRange = async (
    start: number,
    end: number,
  ): Promise<{ bytes: ArrayBuffer; total: number | undefined }> => {
    const limit = AbortSignal.timeout(patience);
    const response = await fetch(url, {
      headers: { range: `bytes=${start}-${end - 1}` },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const { status } = response;
    if (status !== 200 && status !== 206) {
      await response.body?.cancel();
      throw new Refused(status, waitOf(response.headers.get("retry-after")));
    }
    const bytes = await response.arrayBuffer();
    if (status === 200) {
      const said = Number(response.headers.get("content-length") ?? bytes.byteLength);
      if (response.headers.get("content-encoding") === null && said !== bytes.byteLength) {
        throw new TypeError(`the body must have ${said} bytes, received ${bytes.byteLength}`);
      }
      whole = bytes;
      return { bytes: bytes.slice(start, end), total: bytes.byteLength };
    }
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
    if (range !== null && Number(range[1]) !== start) {
      throw new TypeError(`the body must begin at byte ${start}, received byte ${range[1]}`);
    }
    if (bytes.byteLength !== end - start) {
      throw new TypeError(`the body must have ${end - start} bytes, received ${bytes.byteLength}`);
    }
    return { bytes, total: range === null ? undefined : Number(range[2]) };
  };
  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        const final = error instanceof Refused && !error.mayPass;
        if (final || attempt === tries) throw describe(url, error);
        const said = error instanceof Refused ? error.wait : undefined;
        await sleep(said ?? firstWait * 2 ** (attempt - 1), signal);
      }
    }
  };
  const first = await persist(() => fetchRange(0, 1));
  const byteLength = first.total ?? (await persist(() => lengthByHead(url, signal)));
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      if (whole !== undefined) return whole.slice(start, end);
      if (end <= start) return new ArrayBuffer(0);
      return (await persist(() => fetchRange(start, end))).bytes;
    },
  };
}

/** For servers that do not say with a range of how much it is. */
async function lengthByHead(url: string, signal: AbortSignal | undefined): Promise<number> {
  const limit = AbortSignal.timeout(patience);
  const response = await fetch(url, {
    method: "HEAD",
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
  if (!response.ok) throw new Refused(response.status, undefined);
  const length = Number(response.headers.get("content-length") ?? NaN);
  if (Number.isSafeInteger(length)) return length;
  throw new TypeError("the server must tell the length of the file, received nothing");
}

class Refused extends Error {
  readonly status: number;
  readonly wait: number | undefined;

  constructor(status: number, wait: number | undefined) {
    super(`the server must answer 206 or 200, received ${status}`);
    this.status = status;
    this.wait = wait;
  }

  get mayPass(): boolean {
    return [408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

/** Seconds that a server asks to wait for, in ms. */
function waitOf(header: string | null): number | undefined {
  const seconds = Number(header ?? NaN);
  return seconds >= 0 ? Math.min(longestWait, 1000 * seconds) : undefined;
}

function describe(url: string, error: unknown): DataError {
  const { message, cause } = error as Error & { readonly cause?: unknown };
  // fetch says "fetch failed" and keeps what failed for itself.
  const inner = cause instanceof Error && message === "fetch failed" ? cause.message : message;
  return new DataError({ source: withoutSecrets(url) }, `cannot read the file: ${inner}`, {
    cause: error,
  });
}

/** An address without what opens it: a password, or the signature of a link that was given out. */
export function withoutSecrets(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1").replace(/[?#].*$/s, "");
}
