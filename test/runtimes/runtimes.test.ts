import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelStatus, setKernel, type KernelStatus } from "embedtune/math";
import { plainBinary } from "../../src/math/kernel/kernel-binary.js";
import { bundleCore, pipelineFile } from "../support/bundle-core.js";
import { wholePipeline, type PipelineResult } from "../support/whole-pipeline.js";
import { largeProduct } from "./large-product.js";

const bin = fileURLToPath(new URL("node_modules/.bin", import.meta.url));

interface Report extends PipelineResult {
  readonly status: KernelStatus;
  readonly product: string;
}

/** The pipeline, then a product large enough for the workers of a second thread. */
const program = (send: string): string => `
  import { wholePipeline } from ${JSON.stringify(pipelineFile)};
  import { largeProduct } from ${JSON.stringify(fileURLToPath(new URL("large-product.ts", import.meta.url)))};
  import { kernelStatus, setKernel } from "embedtune/math";
  const report = async () => {
    const result = await wholePipeline();
    return JSON.stringify({ ...result, product: largeProduct(), status: kernelStatus() });
  };
  ${send}`;

let folder: string;
let here: Report;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-runtimes-"));
  setKernel({ threads: 2 });
  here = { ...(await wholePipeline()), product: largeProduct(), status: kernelStatus() };
}, 120_000);

afterAll(async () => {
  setKernel();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function expectSame(there: Report): void {
  expect(there.bits).toEqual(here.bits);
  expect(there.product).toBe(here.product);
  for (const [name, figure] of Object.entries(here.figures)) {
    expect(there.figures[name], name).toBeCloseTo(figure, 4);
  }
}

describe.skipIf(!existsSync(join(bin, "deno")))("in Deno", () => {
  it("gives the bits that Node gives, on two threads", async () => {
    const file = await bundleCore(folder, program(runAtOnce), { format: "esm" });
    const report = run(join(bin, "deno"), ["run", "--allow-read", "--no-config", file]);
    expect(report.status).toMatchObject({ simd: true, threads: 2 });
    expectSame(report);
  });
});

describe.skipIf(!existsSync(join(bin, "bun")))("in Bun", () => {
  it("gives the bits that Node gives, on two threads", async () => {
    const file = await bundleCore(folder, program(runAtOnce), { format: "esm" });
    const report = run(join(bin, "bun"), [file]);
    expect(report.status).toMatchObject({ simd: true, threads: 2 });
    expectSame(report);
  });
});

describe.skipIf(!existsSync(join(bin, "workerd")))("in a worker at the edge", () => {
  it("runs the kernel when it is compiled as the worker starts", async () => {
    const report = await serve(program(`kernelStatus(); ${answer}`));
    expect(report.status).toMatchObject({ simd: true, threads: 1 });
    expectSame(report);
  });

  it("runs the kernel when its file is imported, on a platform that compiles nothing itself", async () => {
    const imported = `import module from "kernel.wasm"; setKernel({ module }); ${answer}`;
    const report = await serve(program(imported), { compiles: false });
    expect(report.status).toMatchObject({ simd: true, threads: 1 });
    expectSame(report);
  });

  it("says why it does not where neither was done, and gives the same bits in plain JavaScript", async () => {
    const report = await serve(program(answer));
    expect(report.status.simd).toBe(false);
    expect(report.status.reason).toContain("disallowed");
    expectSame(report);
  });
});

const runAtOnce = "setKernel({ threads: 2 }); console.log(await report());";
const answer = "export default { fetch: async () => new Response(await report()) };";

/** Runs a script; the report that it prints, and nothing beside it. */
function run(command: string, args: readonly string[]): Report {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 100_000,
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout) as Report;
}

/** Serves a worker in workerd and asks it once. */
async function serve(source: string, { compiles = true } = {}): Promise<Report> {
  const file = await bundleCore(folder, source, { format: "esm", external: ["kernel.wasm"] });
  await copyFile(file, join(folder, "worker.mjs"));
  await writeFile(join(folder, "kernel.wasm"), plainBinary().bytes);
  const port = await freePort();
  // Since this date workers may compile while they start.
  const date = compiles ? "2025-06-01" : "2025-01-01";
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (
       services = [(name = "main", worker = .main)],
       sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
     const main :Workerd.Worker = (
       modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "kernel.wasm", wasm = embed "kernel.wasm")],
       compatibilityDate = "${date}");`,
  );
  const server = spawn(join(bin, "workerd"), ["serve", join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => server.on("exit", () => resolve()));
  try {
    for (let tries = 0; ; tries++) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (response?.ok) return (await response.json()) as Report;
      if (response !== undefined || tries === 100 || server.exitCode !== null) {
        throw new Error(`workerd gave no report: ${log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    server.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
