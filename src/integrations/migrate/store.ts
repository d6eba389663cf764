import type { Matrix } from "../../math/matrix.js";
import type { AbortSignalLike } from "../../base/progress.js";

/** Some rows of an index. */
export interface MigrationRows {
  /** Per row its name, for messages and to find moved passages by; of a key of several columns the JSON list of them. */
  readonly ids: readonly string[];
  /** Per row its vector: the untouched one where rows are read, the adapted one where they are written. */
  readonly vectors: Matrix;
  /** What the store needs to write these rows again; handed back as it was. */
  readonly state?: unknown;
}

/** What is to be migrated to, told to both ends before anything is read. */
export interface MigrationPlan {
  /** Length of the vectors that are read, and of those that are written. */
  readonly inputDimensions: number;
  readonly outputDimensions: number;
  /** What the written vectors are made by: a digest of the adapter, the side and the moved passages. */
  readonly madeBy: string;
  /** Most rows in a block. */
  readonly rowsPerBlock: number;
  readonly signal?: AbortSignalLike | undefined;
}

/** An index, or a file, that vectors are read from. */
export interface MigrationSource {
  /** For messages. */
  readonly name: string;
  /**
   * All rows that have a vector, in a fixed order.
   *
   * @param skip Rows to pass over.
   */
  read(plan: MigrationPlan, skip?: number): AsyncIterable<MigrationRows>;
  /**
   * What is another when the rows are, for a source that is a whole: a target that goes on where a run before ended must go on
   * with the same. Left out where rows come and go.
   */
  version?(): Promise<string>;
}

/** Counts, and some rows to be held against what the adapter makes of them. */
export interface MigrationCheck {
  /** Rows of the source that have a vector. */
  readonly expected: number;
  /** Rows of the target that have one. */
  readonly found: number;
  /** Rows of the source that the target lacks, or has from an earlier vector. 0 unless somebody writes meanwhile. */
  readonly behind: number;
  /** The same rows from both ends, of those that are not behind. */
  readonly ids: readonly string[];
  readonly before: Matrix;
  readonly after: Matrix;
  /** How far a component may be from what the adapter gives, as what the target's number format rounds to. */
  readonly tolerance: number;
}

/** What a store does for a migration: four functions, between `open` and `close`. */
export interface MigrationSession {
  /**
   * The rows of the source that the target lacks or has from an earlier vector, in blocks: at first all; after a crash the
   * rest; once more, what was written meanwhile. What the source no longer has is removed from the target before it ends.
   */
  outstanding(): AsyncIterable<MigrationRows>;
  /** Stores adapted rows; what is there of the same name is replaced. They are durable when it resolves. */
  write(rows: MigrationRows): Promise<void>;
  /**
   * @param sample Rows to compare, or as many as there are.
   */
  verify(sample: number): Promise<MigrationCheck>;
  /**
   * Puts the target in the source's place, at once or not at all.
   *
   * @param catchUp Writes what is still outstanding and verifies it; to be called while nobody else can write, where the
   *   store can see to that. If it rejects, nothing is switched.
   */
  switchOver(catchUp: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
  /** What to do before the switch, e.g. SQL that makes the index. */
  readonly beforeSwitch: readonly string[];
  /** What removes the old vectors when they are no longer needed. */
  readonly afterSwitch: readonly string[];
  /** What the user should know, e.g. a view that goes on reading the old column. */
  readonly notes: readonly string[];
}

/** Where adapted vectors go. */
export interface MigrationTarget<S extends MigrationSource = MigrationSource> {
  /** For messages. */
  readonly name: string;
  /** Makes what is missing, e.g. a column. A migration that was begun is gone on with. */
  open(source: S, plan: MigrationPlan): Promise<MigrationSession>;
  /** Puts back what `switchOver` has replaced; for stores that can, also in another process. */
  undo?(source: S): Promise<void>;
}
