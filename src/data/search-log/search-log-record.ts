import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import type { DelimitedRow } from "../pairs/delimited-rows.js";
import { jsonFields } from "../pairs/pair-record.js";
import { rankContradiction, type SearchClick, type SearchLogRow } from "./search-log-row.js";

/** Which field of a record is what. */
export interface SearchLogFields {
  /** Text or id of the query. @default "query" */
  readonly query?: string | undefined;
  /** Ids of the passages shown, from the top. @default "shown" */
  readonly shown?: string | undefined;
  /** Results before `shown`. @default "offset" */
  readonly offset?: string | undefined;
  /** Id of the passage that was clicked, or a list of ids; empty for none. @default "clicked" */
  readonly clicked?: string | undefined;
  /** Rank of the click, or a rank per click. @default "rank" */
  readonly rank?: string | undefined;
  /** Seconds, or seconds per click. @default "dwell" */
  readonly dwell?: string | undefined;
  /** @default "user" */
  readonly user?: string | undefined;
  /** @default "time" */
  readonly time?: string | undefined;
}

export interface SearchLogForm {
  readonly fields?: SearchLogFields | undefined;
  /** What the log calls the rank of the first result. @default 1 */
  readonly firstRank?: 0 | 1 | undefined;
  /** Between the items of a list in one cell of CSV or TSV, where the cell is no JSON array. @default "|" */
  readonly separator?: string | undefined;
}

/**
 * A row of a search log: a JSON line or a row of a table.
 *
 * @throws DataError naming the place and the field that is not as expected.
 */
export function parseSearchLogRow(
  record: Uint8Array | DelimitedRow,
  place: Place,
  { fields: names = {}, firstRank = 1, separator = "|" }: SearchLogForm = {},
): SearchLogRow {
  const isTable = !(record instanceof Uint8Array);
  const values: ReadonlyMap<string, unknown> = isTable ? record : jsonFields(record, place);
  const get = (field: keyof SearchLogFields): Field => {
    const name = names[field] ?? field;
    const value = values.get(name);
    const empty = value === null || (typeof value === "string" && value.trim() === "");
    return { name, value: empty ? undefined : value, place };
  };
  const list = (field: keyof SearchLogFields): Field & { readonly items: readonly unknown[] } => {
    const found = get(field);
    const { value } = found;
    if (isTable && typeof value === "string")
      return { ...found, items: cellItems(found, separator) };
    return { ...found, items: Array.isArray(value) ? value : value === undefined ? [] : [value] };
  };

  const query = get("query");
  const shown = list("shown");
  const clicked = list("clicked");
  if (
    clicked.value === undefined &&
    (shown.value === undefined || (isTable && !values.has(clicked.name)))
  ) {
    const found = [...values.keys()].slice(0, 8).join(", ");
    const or = shown.value === undefined ? `, or ${shown.name} must be a list` : "";
    throw new DataError(
      place,
      `${clicked.name} must be the id of a passage${or}, received nothing among the fields ${found}`,
    );
  }
  const perClick = (field: "rank" | "dwell"): readonly unknown[] => {
    const { name, items, value } = list(field);
    if (items.length !== 0 && items.length !== clicked.items.length && clicked.items.length > 0) {
      const expected =
        clicked.items.length === 1 ? "one number" : `${clicked.items.length} numbers`;
      throw new DataError(
        place,
        `${name} must be ${expected} like ${clicked.name}, received ${show(value)}`,
      );
    }
    return items;
  };
  const ranks = perClick("rank");
  const dwells = perClick("dwell");
  const rankName = names.rank ?? "rank";
  const dwellName = names.dwell ?? "dwell";
  const clicks = clicked.items.map((item, i): SearchClick => {
    const rank = optionalNumber({ name: rankName, value: ranks[i], place });
    if (rank !== undefined && !(Number.isInteger(rank) && rank >= firstRank)) {
      const hint = rank === 0 ? " (firstRank: 0 reads ranks that begin at 0)" : "";
      throw new DataError(
        place,
        `${rankName} must be an integer >= ${firstRank}, received ${rank}${hint}`,
      );
    }
    const dwell = optionalNumber({ name: dwellName, value: dwells[i], place });
    if (dwell !== undefined && dwell < 0) {
      throw new DataError(place, `${dwellName} must be seconds >= 0, received ${dwell}`);
    }
    return {
      passage: id({ name: clicked.name, value: item, place }),
      ...(rank === undefined ? {} : { rank: rank - firstRank + 1 }),
      ...(dwell === undefined ? {} : { dwell }),
    };
  });
  const offset = optionalNumber(get("offset"));
  if (offset !== undefined && !(Number.isInteger(offset) && offset >= 0)) {
    throw new DataError(place, `${get("offset").name} must be an integer >= 0, received ${offset}`);
  }
  const user = get("user");
  const time = get("time");
  const row: SearchLogRow = {
    query: id(query),
    ...(shown.value === undefined
      ? {}
      : { shown: shown.items.map((value) => id({ name: shown.name, value, place })) }),
    ...(offset === undefined ? {} : { offset }),
    clicks,
    ...(user.value === undefined ? {} : { user: id(user) }),
    ...(time.value === undefined
      ? {}
      : { time: typeof time.value === "number" ? time.value : id(time) }),
  };
  const contradiction = rankContradiction(row, firstRank);
  if (contradiction !== undefined) throw new DataError(place, contradiction);
  return row;
}

interface Field {
  readonly name: string;
  /** Nothing where the record has null or an empty text. */
  readonly value: unknown;
  readonly place: Place;
}

/** A list in one cell: a JSON array, or parts between separators. */
function cellItems({ name, value, place }: Field, separator: string): readonly unknown[] {
  const cell = (value as string).trim();
  if (!cell.startsWith("[")) return cell.split(separator).map((item) => item.trim());
  try {
    // What starts with "[" and parses is an array.
    return JSON.parse(cell) as unknown[];
  } catch (error) {
    throw new DataError(place, `${name} must be a JSON array, received ${show(cell)}`, {
      cause: error,
    });
  }
}

/** A text, or an integer that JSON has not rounded. */
function id({ name, value, place }: Field): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  const expected =
    typeof value === "number" ? "a text or an integer with all its digits" : "a text";
  throw new DataError(place, `${name} must be ${expected}, received ${show(value)}`);
}

function optionalNumber({ name, value, place }: Field): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const isText = typeof value === "string" && value.trim() !== "";
  const number = isText || typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new DataError(place, `${name} must be a number, received ${show(value)}`);
}
