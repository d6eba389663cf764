import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { readNaturalQuestionsParquet } from "../../../src/parquet.js";

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/data/${name}`, import.meta.url)));
const bytes = fixture("nq-sample.parquet");

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** Answers ranges as a web server does. */
function serve(request: IncomingMessage, response: ServerResponse, content = bytes): void {
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  const part = range === null ? content : content.subarray(Number(range[1]), Number(range[2]) + 1);
  response.writeHead(range === null ? 200 : 206, {
    "content-length": part.length,
    ...(range !== null && {
      "content-range": `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${content.length}`,
    }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

async function withServer<T>(handler: Handler, use: (url: string) => Promise<T>): Promise<T> {
  let count = 0;
  const server = createServer((request, response) => handler(request, response, count++));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.parquet`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const idsAt = (handler: Handler, signal?: AbortSignal): Promise<string[]> =>
  withServer(handler, async (url) => {
    const ids: string[] = [];
    for await (const { id } of readNaturalQuestionsParquet(url, { signal })) ids.push(id);
    return ids;
  });

const ids: string[] = [];
const file = {
  byteLength: bytes.length,
  slice: (a: number, b?: number) =>
    bytes.buffer.slice(bytes.byteOffset + a, bytes.byteOffset + (b ?? bytes.length)) as ArrayBuffer,
};
for await (const { id } of readNaturalQuestionsParquet({ name: "p", file })) ids.push(id);

describe("parquet behind a URL", () => {
  it.each<[string, Handler]>([
    ["that answers ranges", (q, r) => serve(q, r)],
    [
      "that refuses HEAD, as signed links do",
      (q, r) => (q.method === "HEAD" ? r.writeHead(403).end() : serve(q, r)),
    ],
    [
      "that does not say of how much a range is",
      (q, r) => {
        const write = r.writeHead.bind(r) as (
          status: number,
          headers: Record<string, unknown>,
        ) => ServerResponse;
        r.writeHead = ((status: number, headers: Record<string, unknown>) =>
          write(status, { "content-length": headers["content-length"] })) as typeof r.writeHead;
        serve(q, r);
      },
    ],
    [
      "that redirects",
      (q, r) => (q.url === "/cdn" ? serve(q, r) : r.writeHead(302, { location: "/cdn" }).end()),
    ],
    [
      "that ignores ranges",
      (q, r) =>
        r
          .writeHead(200, { "content-length": bytes.length })
          .end(q.method === "HEAD" ? undefined : bytes),
    ],
    ["that is busy once", (q, r, n) => (n === 2 ? r.writeHead(503).end("busy") : serve(q, r))],
    [
      "that asks to wait once",
      (q, r, n) =>
        n === 1 ? r.writeHead(429, { "retry-after": "0" }).end("slow down") : serve(q, r),
    ],
    [
      "that breaks the connection once",
      (q, r, n) => (n === 2 ? q.socket.resetAndDestroy() : serve(q, r)),
    ],
    [
      "that cuts a body short once",
      (q, r, n) => {
        if (n !== 2) return serve(q, r);
        r.writeHead(206, { "content-length": 1000 });
        r.write("x", () => r.destroy());
      },
    ],
    [
      "that sends fewer bytes than asked for once",
      (q, r, n) => (n === 2 ? r.writeHead(206).end("x") : serve(q, r)),
    ],
  ])("is read from a server %s", async (_, handler) => {
    expect(await idsAt(handler)).toEqual(ids);
  });

  it.each<[string, Handler, string]>([
    [
      "a page in its place",
      (_, r) => r.writeHead(200).end("<html>sign in</html>"),
      "cannot read parquet: the file must end in PAR1",
    ],
    [
      "404",
      (_, r) => r.writeHead(404).end("<html>"),
      "cannot read the file: the server must answer 206 or 200, received 404",
    ],
    ["401", (_, r) => r.writeHead(401).end(), "received 401"],
  ])("names the address where there is %s, without what opens it", async (_, handler, message) => {
    const read = withServer(handler, async (url) => {
      const secret = url.replace("://", "://me:pass@") + "?signature=secret";
      for await (const __ of readNaturalQuestionsParquet(secret.replace("me:pass@", ""))) break;
    });
    const error = await read.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/^DataError: http:\/\/127\.0\.0\.1:\d+\/a\.parquet: /);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("secret");
  });

  it("gives up after four tries, and at once when it is told to", async () => {
    let asked = 0;
    const busy: Handler = (_, r) => {
      asked++;
      r.writeHead(503, { "retry-after": "0" }).end();
    };
    await expect(idsAt(busy)).rejects.toThrow("received 503");
    expect(asked).toBe(4);
    const reason = new Error("enough");
    const controller = new AbortController();
    const stalled: Handler = () => setTimeout(() => controller.abort(reason), 20);
    await expect(idsAt(stalled, controller.signal)).rejects.toBe(reason);
  });

  it("gives pairs too", async () => {
    const pairs = fixture("pairs.parquet");
    const there = fileURLToPath(new URL("../../fixtures/data/pairs.parquet", import.meta.url));
    const { data } = await withServer(
      (q, r) => serve(q, r, pairs),
      (url) => readTuningFiles(url),
    );
    expect(data).toEqual((await readTuningFiles(there)).data);
  });
});
