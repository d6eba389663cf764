import type { Place } from "../../data-error.js";
import type { Escape } from "../../pairs/cut-row.js";
import type { OpenSourceOptions } from "../../sources/open-source.js";
import type { CheckedSizeLimits } from "../../sources/size-limits.js";

/** A record by the names of its fields. */
export interface TextRecord {
  readonly fields: ReadonlyMap<string, unknown>;
  readonly place: Place;
}

/** What all files of a call are read with. */
export interface ReadJob extends Pick<OpenSourceOptions, "signal" | "onBytes"> {
  /** Told the size of what was unpacked; throws where it is too much. */
  readonly spend: (bytes: number, source: string) => void;
  readonly limits?: CheckedSizeLimits | undefined;
  readonly escape?: Escape | undefined;
}
