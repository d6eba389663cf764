import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleCore, pipelineFile } from "./support/bundle-core.js";
import { wholePipeline, type PipelineResult } from "./support/whole-pipeline.js";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

/** The core and the pipeline above it as one script for a browser. */
async function bundle(folder: string): Promise<string> {
  const program = `
    import { wholePipeline } from ${JSON.stringify(pipelineFile)};
    const send = (body) => fetch("/result", { method: "POST", body: JSON.stringify(body) });
    wholePipeline().then(send, (error) => send({ error: String(error?.stack ?? error) }));`;
  return readFile(await bundleCore(folder, program, { format: "iife" }), "utf8");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Opens a page with the script in headless Chromium; what it sends back. */
async function runInChromium(path: string, script: string, folder: string): Promise<unknown> {
  const server = createServer();
  const result = new Promise<string>((resolve) => {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/result") {
        void bodyOf(request).then(resolve);
        response.end();
      } else if (request.url === "/script.js") {
        response.setHeader("content-type", "text/javascript").end(script);
      } else {
        response
          .setHeader("content-type", "text/html")
          .end('<!doctype html><meta charset="utf-8"><script src="/script.js"></script>');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    path,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      `--user-data-dir=${join(folder, "profile")}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => browser.on("exit", () => resolve()));
  try {
    return JSON.parse(
      await Promise.race([
        result,
        ended.then(() => Promise.reject(new Error("Chromium ended without a result"))),
      ]),
    );
  } finally {
    browser.kill();
    await ended;
    server.close();
    server.closeAllConnections();
  }
}

describe.skipIf(chromium === undefined)("in a browser", () => {
  it("runs from texts to an adapter with the kernel's own bits", async () => {
    const folder = await mkdtemp(join(tmpdir(), "embedtune-browser-"));
    try {
      const here = await wholePipeline();
      const script = await bundle(folder);
      const there = (await runInChromium(chromium!, script, folder)) as PipelineResult;
      expect(there.simd).toBe(true);
      expect(there.bits).toEqual(here.bits);
      expect(Object.keys(there.figures)).toEqual(Object.keys(here.figures));
      for (const [name, figure] of Object.entries(here.figures)) {
        expect(there.figures[name], name).toBeCloseTo(figure, 4);
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
