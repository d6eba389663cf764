/**
 * A process that answers `POST /v1/embeddings` as fast as it can after a realistic delay, within a realistic rate limit,
 * with vectors from a small pool made beforehand, so that it is the client that is measured. `GET /reset` gives the
 * count of requests since the last one and fills the limits up.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createBudget, fakeVector } from "../test/support/fake-openai-server.js";

const dimensions = 1536;
const pool = Array.from({ length: 64 }, (_, i) => fakeVector(`pool ${i}`, dimensions));
/** The end of an item of an answer. */
const bytes = (json: string): Buffer => Buffer.from(`,"embedding":${json}}`);
const base64 = pool.map((v) => bytes(`"${Buffer.from(v.buffer).toString("base64")}"`));
// Numbers as a server prints them: the shortest text that reads back as the same float32.
const floats = pool.map((v) =>
  bytes(`[${Array.from(v, (x) => Number(x.toPrecision(9))).join(",")}]`),
);

const [requestsPerMinute, tokensPerMinute] = process.argv.slice(2).map(Number);
const limits = { requests: requestsPerMinute, tokens: tokensPerMinute };
/** Milliseconds of a request, and of each of its inputs. */
const [delay, delayPerInput] = [100, 0.2];

let budget = createBudget(limits);
let requests = 0;
let refused = 0;

const server = createServer((request, response) => {
  if (request.url === "/reset") {
    response.end(JSON.stringify({ requests, refused }));
    budget = createBudget(limits);
    requests = 0;
    refused = 0;
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    requests++;
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      input: string[];
      model: string;
      encoding_format?: string;
    };
    const tokens = body.input.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
    const fault = budget.take(tokens);
    const headers = { "content-type": "application/json", ...budget.headers() };
    if (fault?.kind === "status") {
      refused++;
      response.writeHead(fault.status, { ...headers, ...fault.headers });
      response.end(JSON.stringify({ error: fault.error }));
      return;
    }
    setTimeout(
      () => {
        const vectors = body.encoding_format === "base64" ? base64 : floats;
        response.writeHead(200, headers);
        response.write(`{"object":"list","model":"${body.model}","data":[`);
        for (let i = 0; i < body.input.length; i += 64) {
          // Bytes made beforehand, put together once: this process must not be what is measured.
          const parts = body.input.slice(i, i + 64).flatMap((text, k) => {
            const index = i + k;
            const comma = index === 0 ? "" : ",";
            return [
              Buffer.from(`${comma}{"object":"embedding","index":${index}`),
              vectors[text.charCodeAt(0) % 64],
            ];
          });
          response.write(Buffer.concat(parts));
        }
        response.end(`],"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`);
      },
      delay + delayPerInput * body.input.length,
    );
  });
});
// A client that decodes for seconds must not find its connection closed.
server.keepAliveTimeout = 300_000;
server.listen(0, "127.0.0.1", () => {
  process.send?.((server.address() as AddressInfo).port);
});
