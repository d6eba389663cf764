import { cutText } from "../../base/text/surrogates.js";

/** One text that cannot be embedded, and why. */
export interface RefusedText {
  /** Position in the texts that were given to `embed`. */
  readonly index: number;
  readonly text: string;
  /** A sentence without the text's name. */
  readonly reason: string;
}

/** Some texts cannot be embedded; all others were (and a cache has kept them). */
export class RefusedTextsError extends Error {
  override readonly name = "RefusedTextsError";
  readonly refused: readonly RefusedText[];

  /** @param caller The function that was given the texts, e.g. `"embed"`. */
  constructor(
    readonly caller: string,
    refused: readonly RefusedText[],
    options?: ErrorOptions,
  ) {
    const shown = refused
      .slice(0, 3)
      .map(({ index, text, reason }) => `texts[${index}] (${excerpt(text)}): ${reason}`);
    const more = refused.length > 3 ? `; and ${refused.length - 3} more` : "";
    super(`${caller}: ${shown.join("; ")}${more}`, options);
    this.refused = refused;
  }
}

/** So many texts may be refused before others must outnumber them. */
const mostRefused = 20;

/** Whether so much is refused that it cannot be the texts' fault: the job is wrong. */
export function refusesTheJob(refused: number, accepted: number): boolean {
  return refused > Math.max(mostRefused, accepted) || (refused > 1 && accepted === 0);
}

/** The same error for whoever gave the texts other positions; any other error as it is. */
export function reindexRefusals(error: unknown, indexOf: (index: number) => number): unknown {
  if (!(error instanceof RefusedTextsError)) return error;
  const { caller, refused, cause } = error;
  return new RefusedTextsError(
    caller,
    refused.map((entry) => ({ ...entry, index: indexOf(entry.index) })),
    { cause },
  );
}

function excerpt(text: string): string {
  const line = cutText(text, 200).replace(/\s+/g, " ").trim();
  return JSON.stringify(line.length > 40 ? `${cutText(line, 40)}…` : line);
}
