import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fakeVector } from "./fake-openai-server.js";

export interface ScriptedRequest {
  readonly inputs: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
  /** From 0. */
  readonly number: number;
}

/** Anything that a server may send: for answers that no decent one gives. */
export type Script = (request: ScriptedRequest, response: ServerResponse) => void | Promise<void>;

/** A server on loopback that does what a script says, and keeps what it was asked. */
export async function startScripted(script: Script) {
  const log: ScriptedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
      const inputs = (body.input ?? []) as string[];
      const { headers, url = "" } = request;
      const asked = { inputs, body, headers, url, number: log.length };
      log.push(asked);
      void script(asked, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    host: `127.0.0.1:${port}`,
    log,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A right answer, as numbers. */
export function rightAnswer({ inputs, body }: ScriptedRequest, dimensions = 4) {
  const data = inputs.map((text, index) => ({
    ...{ object: "embedding", index },
    embedding: [...fakeVector(text, dimensions, String(body.model))] as unknown,
  }));
  const tokens = inputs.length;
  return { object: "list", data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}
