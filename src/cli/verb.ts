import type { CommandContext } from "@stricli/core";
import { wrongUse } from "./failures.js";
import type { CommandIo } from "./io.js";

/** What stricli hands to a verb. */
export interface VerbContext extends CommandContext {
  readonly io: CommandIo;
}

/** The flags of every verb. */
export interface CommonFlags {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

export const commonFlags = {
  json: {
    kind: "boolean",
    brief: "Print the result as JSON on standard output",
    optional: true,
    withNegated: false,
  },
  verbose: {
    kind: "boolean",
    brief: "Say of an error where it came from",
    optional: true,
    withNegated: false,
  },
} as const;

/** A flag with a text for a value that may be left out. */
export const textFlag = (brief: string, placeholder = "text") =>
  ({ kind: "parsed", parse: String, brief, placeholder, optional: true }) as const;

/** A flag that names a file or a folder and may be left out. */
export const fileFlag = (brief: string) => textFlag(brief, "file");

export const seedFlag = {
  kind: "parsed",
  parse: String,
  brief: "Of what is drawn at random, folds included",
  placeholder: "seed",
  default: "1",
} as const;

/** A switch that is off unless named. */
export const switchFlag = (brief: string) =>
  ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;

/** A positional argument, a file that may be left out. */
export const optionalFile = (placeholder: string, brief: string) =>
  ({ parse: String, placeholder, brief, optional: true }) as const;

/** A number within bounds, read from a flag. */
export function numberFrom(
  expectation: string,
  holds: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || !holds(value)) {
      throw wrongUse(`must be ${expectation}, received ${JSON.stringify(text)}`);
    }
    return value;
  };
}

export const parseCount = numberFrom(
  "an integer >= 1",
  (value) => Number.isInteger(value) && value >= 1,
);

export const parseLevel = numberFrom(
  "a share between 0 and 1, such as 0.95",
  (v) => v > 0 && v < 1,
);

/** `1,10,100` */
export function parseDepths(text: string): readonly number[] {
  const depths = text.split(",").map(Number);
  if (depths.some((depth) => !Number.isInteger(depth) || depth < 1)) {
    throw wrongUse(`must be integers >= 1 such as 1,10,100, received ${JSON.stringify(text)}`);
  }
  return depths;
}

/** What a verb does, loaded when it is asked for: a verb pays only for what it needs. */
export type VerbWork<Flags, Arguments extends readonly unknown[]> = (
  flags: Flags,
  args: Arguments,
  io: CommandIo,
) => Promise<void>;

/** Makes a verb's work what stricli calls. */
export function loadWork<
  const Flags extends Readonly<Partial<Record<keyof Flags, unknown>>>,
  const Arguments extends readonly unknown[],
>(
  load: () => Promise<VerbWork<Flags, Arguments>>,
): () => Promise<(this: VerbContext, flags: Flags, ...args: Arguments) => Promise<void>> {
  return async () => {
    const work = await load();
    return async function (this: VerbContext, flags: Flags, ...args: Arguments) {
      await work(flags, args, this.io);
    };
  };
}
