import type { Adapter } from "../../adapter/adapter.js";
import { checkAdapter } from "../../adapter/check.js";
import { checkInteger, refuse } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import { createRowAdapter, type AdaptOptions } from "./adapt-rows.js";
import type {
  MigrationCheck,
  MigrationPlan,
  MigrationSession,
  MigrationSource,
  MigrationTarget,
} from "./store.js";

export interface MigrateOptions extends AdaptOptions, LongJobOptions {
  /** Most rows in memory at a time. @default as many as 4 MB hold, at most 5000 */
  readonly rowsPerBlock?: number | undefined;
  /** Rows that are read from both ends and held against the adapter. @default 100 */
  readonly sample?: number | undefined;
  /** Switch as soon as all is copied and verified. @default false */
  readonly switchOver?: boolean | undefined;
}

/** A copy that is complete and verified. */
export interface Migration {
  /** Rows of the target. */
  readonly rows: number;
  /** Rows that this call has written; the others were there from a call before. */
  readonly written: number;
  /** Rows that were written to the source since they were copied; `switchOver` catches them up. */
  readonly behind: number;
  /** What to do before the switch: for PostgreSQL, SQL that makes the indexes. */
  readonly beforeSwitch: readonly string[];
  /** What removes the old vectors, for the day when nobody wants to go back. */
  readonly afterSwitch: readonly string[];
  /** What else reads the old vectors. */
  readonly notes: readonly string[];
  /**
   * Catches up once more while nobody can write, verifies, and puts the new vectors in the place of the old, at once.
   *
   * @throws Error when it could not; then nothing is switched and it can be called again.
   */
  switchOver(): Promise<void>;
  /** Puts the old vectors back. @throws Error where the store cannot. */
  undo(): Promise<void>;
}

/** Passes over what was written meanwhile before the switch has to see to the rest. */
const mostPasses = 8;

/**
 * Maps an index by an adapter, beside the old one: streams, writes in blocks, goes on where a run before it ended, catches up
 * with what is written meanwhile, and holds counts and a sample against the adapter. The old vectors stay as they are;
 * `switchOver` puts the new ones in their place.
 *
 * @param source What holds the vectors that the adapter was fitted on, e.g. `pgvectorTable(…)`.
 * @param target Where the adapted ones go, e.g. its `newColumn(…)`.
 * @throws RangeError with the remedy when the adapter leaves the rows as they are (a query-only adapter needs no
 *   migration), was made for another embedder or dimension, or a row cannot be adapted.
 * @throws Error when the store refuses or the copy is not what the adapter gives. What is written stays: the same call goes on.
 */
export async function migrate<S extends MigrationSource>(
  source: S,
  adapter: Adapter,
  target: MigrationTarget<S>,
  options: MigrateOptions = {},
): Promise<Migration> {
  const { sample = 100, signal, onProgress, switchOver = false } = options;
  checkAdapter(adapter, "migrate");
  const { inputDimensions, outputDimensions } = adapter;
  const fitting = Math.max(1, Math.floor(2 ** 22 / (4 * inputDimensions)));
  const { rowsPerBlock = Math.min(5000, fitting) } = options;
  checkInteger(rowsPerBlock, "migrate: rowsPerBlock", { least: 1 });
  checkInteger(sample, "migrate: sample", { least: 1 });
  const rows = createRowAdapter(adapter, options);
  signal?.throwIfAborted();
  const plan: MigrationPlan = {
    inputDimensions,
    outputDimensions,
    madeBy: rows.madeBy,
    rowsPerBlock,
    signal,
  };

  let written = 0;
  /** @returns Rows that were outstanding. */
  const copy = async (session: MigrationSession): Promise<number> => {
    let count = 0;
    for await (const block of session.outstanding()) {
      signal?.throwIfAborted();
      if (block.vectors.cols !== inputDimensions) {
        refuse(
          `${source.name}: dimensions`,
          `the adapter's ${inputDimensions}`,
          block.vectors.cols,
        );
      }
      const vectors = rows.adapt(block, source.name);
      await session.write({ ...block, vectors });
      count += block.ids.length;
      written += block.ids.length;
      onProgress?.({ stage: "migrate", done: written });
    }
    return count;
  };
  const verified = async (session: MigrationSession): Promise<MigrationCheck> => {
    const check = await session.verify(sample);
    const { ids, before, after, tolerance } = check;
    const expected = rows.adapt({ ids, vectors: before }, source.name);
    for (let i = 0; i < after.data.length; i++) {
      if (Math.abs(after.data[i] - expected.data[i]) <= tolerance) continue;
      const id = ids[Math.floor(i / after.cols)];
      throw new Error(
        `${target.name}: the vector of ${id} must be what the adapter gives, received another; remove what was copied and migrate again`,
      );
    }
    if (check.found - check.expected > check.behind) {
      throw new Error(
        `${target.name}: must hold the ${check.expected} rows of ${source.name}, received ${check.found}`,
      );
    }
    return check;
  };

  const withSession = async <T>(work: (session: MigrationSession) => Promise<T>): Promise<T> => {
    const session = await target.open(source, plan);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const switchNow = (session: MigrationSession): Promise<void> =>
    session.switchOver(async () => {
      await copy(session);
      const { expected, found, behind } = await verified(session);
      if (expected === found && behind === 0) return;
      throw new Error(
        `${target.name}: must hold the ${expected} rows of ${source.name}, received ${found - behind}; nothing is switched`,
      );
    });

  return withSession(async (session) => {
    for (let pass = 0; pass < mostPasses; pass++) {
      // Writers that never rest would keep this going for ever; the switch sees to what is left.
      if ((await copy(session)) === 0) break;
    }
    const check = await verified(session);
    const { beforeSwitch, afterSwitch, notes } = session;
    if (switchOver) await switchNow(session);
    return {
      rows: check.found,
      written,
      behind: switchOver ? 0 : check.behind,
      beforeSwitch,
      afterSwitch,
      notes,
      switchOver: () => withSession(switchNow),
      async undo() {
        if (target.undo === undefined) {
          throw new Error(
            `${target.name}: has no way back; ${source.name} holds the old vectors as they were`,
          );
        }
        await target.undo(source);
      },
    };
  });
}
