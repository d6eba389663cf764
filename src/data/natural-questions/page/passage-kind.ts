import type { PassageKind } from "../../types.js";

const kinds: ReadonlyMap<string, PassageKind> = new Map([
  ["p", "paragraph"],
  ["table", "table"],
  ["tr", "row"],
  ["ul", "list"],
  ["ol", "list"],
  ["dl", "list"],
  ["li", "item"],
  ["dd", "item"],
  ["dt", "item"],
]);

/** The kind of a passage by the tag it begins with, e.g. `<Table>`. */
export function passageKind(token: string | undefined): PassageKind {
  const name = /^<([A-Za-z0-9]+)/.exec(token ?? "")?.[1];
  return kinds.get(name?.toLowerCase() ?? "") ?? "other";
}
