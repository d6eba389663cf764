import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../../src/base/random.js";
import {
  endingFaults,
  harmlessFaults,
  passingFaults,
  rightAnswer,
  type FaultContext,
} from "./fault-kinds.js";

export const faultKinds = { ...passingFaults, ...harmlessFaults, ...endingFaults };

export interface FaultServerOptions {
  readonly random: Random;
  /** Share of requests at which something is wrong. */
  readonly share: number;
  /** Names of {@link faultKinds}. */
  readonly kinds: readonly string[];
  readonly dimensions: number;
  readonly stallMs: number;
  /**
   * Called with each request's texts, and with the query of its address, before it is answered; what it returns is called when
   * an answer that was right, or odd only outside, has left the server whole.
   */
  readonly onRequest: (inputs: readonly string[], query: string) => () => void;
}

/** A server on loopback with OpenAI's `POST /embeddings`, at which each request draws what goes wrong with it. */
export async function startFaultServer({
  random,
  share,
  kinds,
  dimensions,
  stallMs,
  onRequest,
}: FaultServerOptions) {
  /** How often each kind was drawn. */
  const drawn = new Map<string, number>();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly input: readonly string[];
        readonly encoding_format?: string;
        readonly dimensions?: number;
      };
      const { input: inputs } = body;
      requests++;
      const onWhole = onRequest(inputs, request.url?.split("?")[1] ?? "");
      const kind = random.next() < share ? kinds[random.integer(kinds.length)] : undefined;
      if (kind !== undefined) drawn.set(kind, (drawn.get(kind) ?? 0) + 1);
      const whole = kind === undefined || kind in harmlessFaults;
      if (whole) response.on("finish", onWhole);
      const context: FaultContext = {
        ...{ response, inputs, random, stallMs },
        base64: body.encoding_format === "base64",
        dimensions: body.dimensions ?? dimensions,
      };
      (kind === undefined ? rightAnswer : faultKinds[kind])(context);
    });
  });
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    drawn,
    requests: () => requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
