import { list, type Mapping } from "./choose-fields.js";
import { plainName } from "./field-names.js";
import type { OpenedRecords } from "./layout/open-records.js";
import type { Notes } from "./notes.js";

/** What a file was taken for, as a phrase; fields that mean nothing here go to the notes. */
export function describeFormat(
  { kind, noun, lines }: OpenedRecords,
  mapping: Mapping,
  names: readonly string[],
  notes: Notes,
): string {
  if (lines) return kind;
  if (mapping.shape === "dpr") return `${kind}, DPR's questions with lists of passages`;
  const used = usedFields(mapping);
  const unused = names.filter((name) => !used.some(([field]) => field === name));
  if (unused.length > 0) {
    notes.say(`Not used: the ${noun}${unused.length === 1 ? "" : "s"} ${list(unused)}.`);
  }
  const parts = used.map(([field, role]) =>
    plainName(field) === role ? role : `${field} → ${role}`,
  );
  return `${kind}, ${noun}${parts.length === 1 ? "" : "s"} ${parts.join(", ")}`;
}

function usedFields(mapping: Exclude<Mapping, { shape: "dpr" }>): [field: string, role: string][] {
  const all: [string | undefined, string][] =
    mapping.shape === "corpus"
      ? [
          [mapping.id, "id"],
          [mapping.title, "title"],
          [mapping.text, "text"],
        ]
      : [
          [mapping.query, "query"],
          [mapping.passage, mapping.byId ? "id of the passage" : "passage"],
          [mapping.title, "title"],
          [mapping.label, "label"],
          [mapping.grade, "grade"],
          [mapping.group, "group"],
          ...mapping.negatives.map((name): [string, string] => [name, "passage of label 0"]),
        ];
  return all.filter((pair): pair is [string, string] => pair[0] !== undefined);
}
