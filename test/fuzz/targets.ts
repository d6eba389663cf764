import type { Random } from "../../src/base/random.js";
import { fileTargets } from "./file-targets.js";
import { readerTargets } from "./reader-targets.js";
import { vectorTargets } from "./vector-targets.js";

/** A reader, valid inputs, and what must hold for whatever it makes of a damaged one. */
export interface FuzzTarget {
  readonly name: string;
  /** Whether texts and numbers of the input are worth changing, beside its bytes. */
  readonly isText: boolean;
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Reads; throws `WrongValue` where what it read cannot be. */
  readonly run: (bytes: Uint8Array, random: Random, seed: number) => Promise<void>;
}

export const targets: readonly FuzzTarget[] = [...readerTargets, ...fileTargets, ...vectorTargets];
