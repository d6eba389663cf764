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

  constructor(refused: readonly RefusedText[], options?: ErrorOptions) {
    const shown = refused
      .slice(0, 3)
      .map(({ index, text, reason }) => `texts[${index}] (${excerpt(text)}): ${reason}`);
    const more = refused.length > 3 ? `; and ${refused.length - 3} more` : "";
    super(shown.join("; ") + more, options);
    this.refused = refused;
  }

  /** The same error for whoever gave these texts other positions. */
  reindexed(indexOf: (index: number) => number): RefusedTextsError {
    return new RefusedTextsError(
      this.refused.map((entry) => ({ ...entry, index: indexOf(entry.index) })),
      { cause: this.cause },
    );
  }
}

function excerpt(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, " ").trim();
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line);
}
