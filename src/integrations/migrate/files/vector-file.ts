import type { FileHandle } from "node:fs/promises";
import { createMatrix, rowOf, type Matrix } from "../../../math/matrix.js";
import { readWholeFile, writeWholeFile } from "../../../adapter/whole-file.js";
import { sniff } from "../../../data/vector-files/sniff.js";
import { readVectorBlocks } from "../../../data/vector-files/vector-blocks.js";
import type { VectorCheckpoint } from "../../../data/vector-files/output-types.js";
import { createVectorWriter, formatOfName } from "../../../data/vector-files/vector-writer.js";
import { refuse } from "../../../base/checks.js";
import type {
  MigrationPlan,
  MigrationRows,
  MigrationSession,
  MigrationSource,
  MigrationTarget,
} from "../store.js";

export interface VectorFileOptions {
  /** The field or column of the vectors, in JSON lines and parquet. @default "vector" */
  readonly column?: string | undefined;
  /** The field or column that names rows; without it, and in `.npy`, their numbers do. @default "id" */
  readonly id?: string | undefined;
}

/** A file of vectors, `.npy`, `.jsonl` or `.parquet`, to be read or to be written. */
export interface VectorFile extends MigrationSource, MigrationTarget {}

/** What stands beside a row in its file. */
type RowRecord = Readonly<Record<string, unknown>>;

interface FileState {
  readonly records: readonly RowRecord[];
}

/** How far an unfinished file is; it stands beside it, so that a run can go on. */
interface Sidecar {
  readonly madeBy: string;
  readonly source: string;
  /** Of {@link MigrationSource}. */
  readonly version?: string | undefined;
  readonly column: string;
  readonly bytes: number;
  readonly finished: boolean;
  readonly checkpoint: VectorCheckpoint;
}

/** Files that are being written in this process. */
const busy = /* @__PURE__ */ new Set<string>();

/**
 * A file of vectors as the source or the target of a migration. As a target it is written as `path.partial`, beside its
 * place, and has its name only when it is switched over; what else a row holds goes with it, but to `.npy`.
 *
 * @param path Of the format that its ending names; a source may be compressed, and of any ending.
 */
export function vectorFile(
  path: string,
  { column = "vector", id = "id" }: VectorFileOptions = {},
): VectorFile {
  if (typeof path !== "string" || path === "") refuse("vectorFile: path", "a path", path);
  const partial = `${path}.partial`;
  const sidecarPath = `${partial}.json`;
  const beginAnew = `remove ${partial} and ${sidecarPath} to begin anew`;

  async function* blocksOf(
    file: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly rows: Matrix; readonly records: readonly RowRecord[] }> {
    const opened = await sniff(file, signal);
    yield* readVectorBlocks(opened, { column, signal });
  }

  async function* read(plan: MigrationPlan, skip = 0): AsyncGenerator<MigrationRows> {
    let first = 0;
    for await (const { rows, records } of blocksOf(path, signalOf(plan))) {
      const from = Math.min(rows.rows, Math.max(0, skip - first));
      if (from < rows.rows) {
        const vectors = createMatrix(
          rows.rows - from,
          rows.cols,
          rows.data.slice(from * rows.cols),
        );
        const kept = records.slice(from);
        const ids = Array.from({ length: vectors.rows }, (_, i) => {
          const name = kept[i]?.[id];
          return typeof name === "string" || typeof name === "number" || typeof name === "bigint"
            ? String(name)
            : String(first + from + i);
        });
        yield { ids, vectors, state: { records: kept } satisfies FileState };
      }
      first += rows.rows;
    }
  }

  const open = async (source: MigrationSource, plan: MigrationPlan): Promise<MigrationSession> => {
    const format = formatOfName(path);
    if (format === undefined) {
      return refuse("vectorFile: path", "a name that ends in .npy, .jsonl or .parquet", path);
    }
    const fs = await import("node:fs/promises");
    const real = await realName(path);
    if ((await realName(source.name)) === real) {
      return refuse("migrate: target", "another file than the source", path);
    }
    if (busy.has(real)) throw new Error(`${path}: another migration to this file is at work`);
    busy.add(real);
    let opened: FileHandle | undefined;
    try {
      const version = await source.version?.();
      const sidecar = await readSidecar();
      if (
        sidecar !== null &&
        (sidecar.madeBy !== plan.madeBy ||
          sidecar.source !== source.name ||
          sidecar.column !== column)
      ) {
        throw new Error(
          `${partial}: was begun with another adapter, side, source or column; ${beginAnew}`,
        );
      }
      if (sidecar !== null && sidecar.version !== version) {
        throw new Error(`${source.name}: has changed since ${partial} was begun; ${beginAnew}`);
      }
      const file = await fs
        .open(partial, sidecar === null ? "w" : "r+")
        .catch((cause: unknown): never => {
          const advice = sidecar === null ? "" : `; ${beginAnew}`;
          throw new Error(`${partial}: cannot be written: ${(cause as Error).message}${advice}`, {
            cause,
          });
        });
      opened = file;
      let bytes = sidecar?.bytes ?? 0;
      const { size } = await file.stat();
      if (size < bytes) {
        throw new Error(
          `${partial}: must hold the ${bytes} bytes that were written, received ${size}; ${beginAnew}`,
        );
      }
      // What was written after the last checkpoint is written again.
      await file.truncate(bytes);
      let finished = sidecar?.finished ?? false;
      let begun = sidecar !== null;
      const writer = await createVectorWriter(
        format,
        {
          async write(content) {
            const chunk = typeof content === "string" ? Buffer.from(content) : content;
            await file.write(chunk, 0, chunk.length, bytes);
            bytes += chunk.length;
          },
          async rewriteStart(start) {
            await file.write(start, 0, start.length, 0);
          },
        },
        { field: column, from: sidecar?.checkpoint },
      );
      const save = async (): Promise<void> => {
        await file.datasync();
        const state: Sidecar = {
          ...{ madeBy: plan.madeBy, source: source.name, version, column, bytes, finished },
          checkpoint: writer.checkpoint(),
        };
        const json = new TextEncoder().encode(JSON.stringify(state));
        await writeWholeFile(sidecarPath, json, "how far the migration is");
        begun = true;
      };
      return {
        ...{ beforeSwitch: [], afterSwitch: [], notes: [] },
        async *outstanding() {
          if (!finished) yield* source.read(plan, writer.checkpoint().rows);
        },
        async write({ ids, vectors, state }) {
          const { records } = (state ?? {}) as Partial<FileState>;
          const named =
            records?.length === ids.length ? records : ids.map((name) => ({ [id]: name }));
          await writer.write(vectors, named);
          await save();
        },
        async verify(sample) {
          if (!finished) {
            await writer.finish();
            finished = true;
            await save();
          }
          const found = writer.checkpoint().rows;
          const stride = Math.max(1, Math.floor(found / sample));
          const before = await sampled(source.read(plan), stride, sample);
          const after = await sampled(written(plan, found), stride, sample);
          return {
            ...{ expected: before.count, found: after.count, behind: 0, ids: before.ids },
            ...{ before: before.vectors, after: after.vectors, tolerance: 1e-6 },
          };
        },
        async switchOver(catchUp) {
          await catchUp();
          await fs.rename(partial, path);
          await fs.rm(sidecarPath, { force: true });
        },
        async close() {
          await file.close();
          // Nothing has come of it: the first row was at fault.
          if (!begun) await fs.rm(partial, { force: true });
          busy.delete(real);
        },
      };
    } catch (error) {
      busy.delete(real);
      await opened?.close();
      throw error;
    }
  };

  const readSidecar = async (): Promise<Sidecar | null> => {
    const { access } = await import("node:fs/promises");
    const there = await access(sidecarPath).then(
      () => true,
      () => false,
    );
    if (!there) return null;
    const bytes = await readWholeFile(sidecarPath, "how far the migration is");
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Sidecar;
    } catch (cause) {
      throw new Error(`${sidecarPath}: is damaged; ${beginAnew}`, { cause });
    }
  };

  async function* written(plan: MigrationPlan, rows: number): AsyncGenerator<MigrationRows> {
    if (rows === 0) return;
    for await (const block of blocksOf(partial, signalOf(plan))) {
      yield { ids: Array.from({ length: block.rows.rows }, String), vectors: block.rows };
    }
  }

  const version = async (): Promise<string> => {
    const { stat } = await import("node:fs/promises");
    const found = await stat(path).catch(() => null);
    return found === null ? "none" : `${found.size} bytes of ${found.mtimeMs}`;
  };
  return { name: path, read, version, open };
}

/** Where a file is, by whatever name and link; one that is not there yet, by its folder. */
async function realName(path: string): Promise<string> {
  const { realpath } = await import("node:fs/promises");
  const { basename, dirname, join, resolve } = await import("node:path");
  const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)));
  return realpath(path).catch(() => join(folder, basename(path)));
}

const signalOf = ({ signal }: MigrationPlan): AbortSignal =>
  (signal as AbortSignal | undefined) ?? new AbortController().signal;

/** Every so-many-th row, and how many there are. */
async function sampled(
  blocks: AsyncIterable<MigrationRows>,
  stride: number,
  most: number,
): Promise<{ readonly count: number; readonly ids: string[]; readonly vectors: Matrix }> {
  const ids: string[] = [];
  const rows: Float32Array[] = [];
  let count = 0;
  let cols = 0;
  for await (const block of blocks) {
    cols = block.vectors.cols;
    for (let row = 0; row < block.ids.length; row++, count++) {
      if (count % stride !== 0 || rows.length >= most) continue;
      ids.push(block.ids[row]);
      rows.push(rowOf(block.vectors, row).slice());
    }
  }
  const vectors = createMatrix(rows.length, cols);
  for (const [row, values] of rows.entries()) rowOf(vectors, row).set(values);
  return { count, ids, vectors };
}
