import { cutText } from "../../base/text/surrogates.js";
import { refuse } from "../../base/checks.js";
import { DataError } from "../data-error.js";
import {
  fieldsOfRole,
  isKnownName,
  isNegativeName,
  looksLikeData,
  plainName,
  type Role,
} from "./field-names.js";
import type { TuningColumns } from "./types.js";

/** Which fields of a record make pairs. */
export interface PairMapping {
  readonly shape: "pairs";
  readonly query: string;
  /** The passage, or its id where `byId`; none where a record has negatives alone. */
  readonly passage: string;
  readonly byId: boolean;
  readonly label?: string | undefined;
  readonly grade?: string | undefined;
  readonly group?: string | undefined;
  readonly title?: string | undefined;
  readonly negatives: readonly string[];
}

/** Which fields of a record make a passage of a corpus. */
export interface CorpusMapping {
  readonly shape: "corpus";
  readonly text: string;
  readonly title?: string | undefined;
  readonly id?: string | undefined;
}

/** DPR's questions with lists of passages. */
export interface DprMapping {
  readonly shape: "dpr";
}

export type Mapping = PairMapping | CorpusMapping | DprMapping;

export interface FieldsFound {
  readonly source: string;
  readonly noun: "column" | "field";
  readonly names: readonly string[];
}

/**
 * Which field is what, as the caller says and else as the names tell.
 *
 * @throws DataError naming the fields found and the option that tells them apart.
 */
export function chooseFields(found: FieldsFound, columns: TuningColumns): Mapping {
  if (columns.text !== undefined && columns.query === undefined) {
    return chooseCorpusFields(found, columns);
  }
  const { names, source, noun } = found;
  const plain = names.map(plainName);
  if (plain.includes("question") && plain.includes("positivectxs") && columns.query === undefined) {
    return { shape: "dpr" };
  }
  const pick = picker(found, columns);
  const query = pick("query");
  const negatives = givenNegatives(found, columns) ?? names.filter(isNegativeName);
  if (query === undefined) {
    if (columns.passage !== undefined) return refuseFields(found, ["query"]);
    const text = fieldsOfRole(names, "text");
    const classes = names.filter((name) =>
      /^(?:label|labels|intent|category|class|labeltext|labelname|kategorie)$/.test(
        plainName(name),
      ),
    );
    if (text.length > 0 && classes.length > 0) {
      throw new DataError(
        { source },
        `the ${noun}s must tell whether texts are queries or passages, received ${list(names)}; ` +
          `say columns: { query: "${text[0]}", passage: "${classes[0]}" } (--query-column, --passage-column) ` +
          `where a text asks for its ${classes[0]}, or columns: { text: "${text[0]}" } (--text-column) for a corpus`,
      );
    }
    if (text.length === 0 || negatives.length > 0) {
      const passage = fieldsOfRole(names, "passage");
      return refuseFields(found, passage.length === 0 ? ["query", "passage"] : ["query"]);
    }
    return chooseCorpusFields(found, columns);
  }
  const named = pick("passage");
  const passage = named ?? pick("passageId");
  if (passage === undefined) return refuseFields(found, ["passage"]);
  if (query === passage) {
    throw new DataError(
      { source },
      `the query and the passage must be two ${noun}s, received ${query} for both; name another by columns`,
    );
  }
  // What two sentences have in common is their label; elsewhere a score may be anything's.
  const scored = /^(?:sentence|text)1$/.test(plainName(query))
    ? fieldsOfRole(names, "similarity")[0]
    : undefined;
  return {
    shape: "pairs",
    query,
    passage,
    byId: named === undefined,
    label: pick("label") ?? scored,
    grade: pick("grade"),
    group: pick("group"),
    title: columns.title === undefined ? undefined : pick("title"),
    negatives,
  };
}

/** The same for a file that holds passages. */
export function chooseCorpusFields(found: FieldsFound, columns: TuningColumns): CorpusMapping {
  const pick = picker(found, columns);
  const text = pick("text");
  if (text === undefined) return refuseFields(found, ["text"]);
  return { shape: "corpus", text, title: pick("title"), id: pick("id") };
}

/** Finds the field of a role: the one that the caller names, else the one of the surest name. */
function picker(found: FieldsFound, columns: TuningColumns): (role: Role) => string | undefined {
  const said = new Set(
    Object.values(columns)
      .flat()
      .flatMap((name) => (typeof name === "string" ? plainName(name) : [])),
  );
  return (role) => {
    const given = role === "passageId" || role === "similarity" ? undefined : columns[role];
    if (given !== undefined) return fieldNamed(given, `columns.${role}`, found);
    const free = found.names.filter((name) => !said.has(plainName(name)));
    const [first, second] = fieldsOfRole(free, role);
    if (second === undefined) return first;
    const option = role === "passageId" ? "passage" : role;
    throw new DataError(
      { source: found.source },
      `the ${option} must be in one ${found.noun}, received ${first} and ${second}; ` +
        `say which by columns: { ${option}: "${first}" } (--${option}-column)`,
    );
  };
}

function givenNegatives(
  found: FieldsFound,
  { negative }: TuningColumns,
): readonly string[] | undefined {
  if (negative === undefined) return undefined;
  return [negative].flat().map((name) => fieldNamed(name as string, "columns.negative", found));
}

function fieldNamed(given: string, option: string, { names, noun, source }: FieldsFound): string {
  if (typeof given !== "string") refuse(`readTuningFiles: ${option}`, "a name", given);
  const field =
    names.find((name) => name === given) ??
    names.find((name) => plainName(name) === plainName(given) && plainName(name) !== "");
  if (field !== undefined) return field;
  throw new DataError(
    { source },
    `${option} must name a ${noun}, received "${given}"; the file has ${list(names)}`,
  );
}

/** What nobody can guess. */
function refuseFields({ source, noun, names }: FieldsFound, roles: readonly string[]): never {
  if (noun === "column" && looksLikeData(names)) {
    throw new DataError(
      { source, line: 1 },
      `the first row must name the columns, received ${list(names)}; add a header such as query,passage above it`,
    );
  }
  const unknown = noun === "column" && !names.some(isKnownName);
  const header = unknown ? "let the first row be a header such as query,passage, or " : "";
  const free = names.filter((name) => !isKnownName(name));
  const example = roles.map((role, i) => `${role}: "${free[i] ?? "…"}"`).join(", ");
  const options = roles.map((role) => `--${role}-column`).join(", ");
  throw new DataError(
    { source },
    `the ${noun}s must tell the ${roles.join(" and the ")}, received ${list(names)}; ` +
      `${header}say which is which, e.g. columns: { ${example} } (${options})`,
  );
}

/** Names as messages show them. */
export function list(names: readonly string[]): string {
  const shown = names
    .slice(0, 8)
    .map((name) => (name.length > 40 ? `${cutText(name, 39)}…` : name));
  return shown.join(", ") + (names.length > 8 ? ", …" : "");
}
