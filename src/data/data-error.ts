/** Where a record stands. */
export interface Place {
  /** A file name, a URL, or what else the reader of a message would recognise. */
  readonly source: string;
  /** Counted from 1; left out where a source has no lines. */
  readonly line?: number | undefined;
}

/** `"train.jsonl:12"`, or just `"train.jsonl"`. */
export function formatPlace({ source, line }: Place): string {
  return line === undefined ? source : `${source}:${line}`;
}

/** Input that is not what its reader expects; the message begins with the place. */
export class DataError extends Error {
  readonly place: Place;

  constructor(place: Place, message: string, options?: ErrorOptions) {
    super(`${formatPlace(place)}: ${message}`, options);
    this.name = "DataError";
    this.place = place;
  }
}
