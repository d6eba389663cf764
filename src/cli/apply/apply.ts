import type { Adapter, AdapterSide } from "../../adapter/adapter.js";
import { applyAdapter } from "../../adapter/apply.js";
import { loadAdapter } from "../../adapter/files.js";
import { isIdentitySide } from "../../adapter/identity-side.js";
import { DataError } from "../../data/data-error.js";
import type { Matrix } from "../../math/matrix.js";
import { interruptible, wrongUse } from "../failures.js";
import { withOutput } from "../files/output.js";
import { sniff } from "../../data/vector-files/sniff.js";
import { readVectorBlocks } from "../../data/vector-files/vector-blocks.js";
import { createVectorWriter } from "../../data/vector-files/vector-writer.js";
import { vectorFormatOf } from "../files/vector-format.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";

export interface ApplyFlags extends CommonFlags {
  readonly side?: "query" | "passage" | undefined;
  readonly out: string;
  readonly column: string;
}

/** `embedtune apply`: a file of vectors as an adapter makes them, a block at a time. */
export async function apply(
  { side: givenSide, out, column, json = false }: ApplyFlags,
  [adapterFile, vectorsFile]: [string, string],
  io: CommandIo,
): Promise<void> {
  const format = vectorFormatOf(out);
  if (out === "-" && json) {
    throw wrongUse("--json and --out - both want standard output, leave one out");
  }
  const adapter = await loadAdapter(adapterFile);
  const side = givenSide ?? sideOf(adapter, adapterFile);
  if (isIdentitySide(adapter[side]) && !isIdentitySide(adapter.query)) {
    io.say(`${adapterFile} leaves ${side} vectors as they are, up to their length`);
  }
  const input = await sniff(vectorsFile, io.signal);
  const show = showProgress(io);
  const kept = (): string => `${out} is as it was before; the same command begins anew`;
  const rows = await interruptible(io.signal, kept, () =>
    withOutput(out, io, async (sink) => {
      const writer = await createVectorWriter(format, sink, { field: column });
      let done = 0;
      for await (const block of readVectorBlocks(input, { column, signal: io.signal })) {
        const adapted = applyToBlock(adapter, block.rows, { side, first: done, vectorsFile });
        await writer.write(adapted, block.records);
        done += adapted.rows;
        show({ stage: "apply", done });
      }
      return writer.finish();
    }),
  );
  const result = {
    out,
    rows,
    dimensions: adapter.outputDimensions,
    side,
    method: adapter.metadata.method,
    embedder: adapter.metadata.embedder,
  };
  if (json) return io.print(`${JSON.stringify(result)}\n`);
  const line = `${out === "-" ? "standard output" : out}: ${rows} × ${result.dimensions}, ${side} side of ${adapterFile} (${result.method})`;
  if (out === "-") io.say(line);
  else await io.print(`${line}\n`);
}

/** @throws CommandError (wrong use) where the adapter treats the two sides differently. */
function sideOf({ query, passage }: Adapter, file: string): "query" | "passage" {
  if (equalSides(query, passage)) return "passage";
  throw wrongUse(
    `--side query or --side passage is needed: ${file} treats questions and passages differently`,
  );
}

function equalSides(a: AdapterSide, b: AdapterSide): boolean {
  const { lowRank: lowA = null } = a;
  const { lowRank: lowB = null } = b;
  return (
    equalValues(a.center, b.center) &&
    equalValues(a.weights?.data, b.weights?.data) &&
    equalValues(lowA?.left.data, lowB?.left.data) &&
    equalValues(lowA?.right.data, lowB?.right.data)
  );
}

function equalValues(
  a: Float32Array | null | undefined,
  b: Float32Array | null | undefined,
): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  return a?.length === b?.length && a?.every((value, i) => value === b?.[i]) === true;
}

function applyToBlock(
  adapter: Adapter,
  vectors: Matrix,
  {
    side,
    first,
    vectorsFile,
  }: {
    readonly side: "query" | "passage";
    readonly first: number;
    readonly vectorsFile: string;
  },
): Matrix {
  const { inputDimensions, metadata } = adapter;
  const source = vectorsFile === "-" ? "standard input" : vectorsFile;
  if (vectors.cols !== inputDimensions) {
    const made = metadata.embedder === null ? "" : `, those of ${metadata.embedder}`;
    throw new DataError(
      { source },
      `the vectors must have the adapter's ${inputDimensions} dimensions${made}, received ${vectors.cols}`,
    );
  }
  try {
    return applyAdapter(adapter, vectors, { side, embedder: null });
  } catch (cause) {
    const { message } = cause as Error;
    throw new DataError({ source }, `in the rows from ${first} on, ${message}`, { cause });
  }
}
