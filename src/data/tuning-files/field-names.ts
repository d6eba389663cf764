/** What a field can be. */
export type Role =
  | "query"
  | "passage"
  | "passageId"
  | "label"
  | "similarity"
  | "grade"
  | "group"
  | "id"
  | "title"
  | "text";

/**
 * The names that people give each role, the surest first: a name of an earlier list wins over those of later ones, two of
 * one list are ambiguous. As {@link plainName} writes them.
 */
const names: Record<Role, readonly (readonly string[])[]> = {
  query: [
    ["query"],
    [
      ...["question", "anchor", "querytext", "questiontext", "searchquery", "userquery", "prompt"],
      ...["userquestion", "sentence1", "text1", "utterance", "instruction", "input", "q"],
      ...["frage", "anfrage", "suchanfrage", "pregunta", "consulta", "domanda", "requete"],
    ],
  ],
  passage: [
    ["passage"],
    [
      ...["answer", "positive", "positives", "pos", "positivepassage", "positivepassages"],
      ...["document", "doc", "context", "response", "completion", "sentence2", "text2", "output"],
      ...["passages", "passagetext", "documenttext", "answertext", "article", "a"],
      ...["antwort", "reponse", "respuesta", "risposta"],
    ],
    ["text", "content", "body", "chunk"],
    ["intent", "category", "labeltext", "labelname", "kategorie"],
  ],
  passageId: [
    ["passageid", "corpusid", "docid", "documentid", "pid", "docno", "positiveid", "articleid"],
  ],
  label: [["label"], ["match", "ismatch", "relevant", "isrelevant", "isduplicate"]],
  similarity: [["score", "similarity", "similarityscore"]],
  grade: [["grade"], ["relevance", "rel"]],
  group: [["group"], ["groupid", "gruppe"]],
  id: [["id"], ["passageid", "corpusid", "docid", "documentid", "pid", "docno", "articleid"]],
  title: [["title"], ["titel"]],
  text: [
    ["text"],
    [
      ...["passage", "content", "contents", "body", "document", "doc", "chunk", "article"],
      ...["passagetext", "documenttext", "sentence", "inhalt"],
    ],
    ["answer", "antwort", "context"],
  ],
};

const negativeName = /^(?:hard)?neg(?:ative)?(?:s|passages?|docs?|documents?|texts?)?\d*$/;

/** A name without case, accents, blanks, underscores and hyphens: `"Passage_ID "` is `"passageid"`. */
export function plainName(name: string): string {
  return name
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** Those of the fields that have the surest name of a role; several are ambiguous. */
export function fieldsOfRole(fields: readonly string[], role: Role): string[] {
  for (const known of names[role]) {
    const found = fields.filter((field) => known.includes(plainName(field)));
    if (found.length > 0) return found;
  }
  return [];
}

export function isNegativeName(field: string): boolean {
  return negativeName.test(plainName(field));
}

/** Whether a field's name tells what it is. */
export function isKnownName(field: string): boolean {
  const plain = plainName(field);
  return (
    negativeName.test(plain) || Object.values(names).some((lists) => lists.flat().includes(plain))
  );
}

/** Whether cells look like a row of data rather than like names of columns. */
export function looksLikeData(cells: readonly string[]): boolean {
  return cells.some(
    (cell) =>
      cell.length > 60 ||
      cell.split(/\s+/).length > 5 ||
      /[?!.]$/.test(cell) ||
      /^-?\d+(?:[.,]\d+)?$/.test(cell),
  );
}
