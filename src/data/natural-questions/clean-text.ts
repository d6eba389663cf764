import { decodeHTMLStrict } from "entities";
import { naturalText } from "./natural-text.js";
import type { PageText } from "./page-text.js";

export interface CleanTextOptions {
  /**
   * Undo the tokenisation: "( hide )" becomes "(hide)", "the bee 's" becomes "the bee's", `` and '' become ".
   * @default false
   */
  readonly natural?: boolean | undefined;
}

/** What a tag does to the text: begins a cell, a row or a table, parts lines, or nothing. */
type TagRole = "cell" | "row" | "table" | "block" | "inline";

const roles: ReadonlyMap<string, TagRole> = /* @__PURE__ */ new Map<string, TagRole>([
  ["td", "cell"],
  ["th", "cell"],
  ["tr", "row"],
  ["table", "table"],
  ["a", "inline"],
  ["b", "inline"],
  ["i", "inline"],
  ["em", "inline"],
  ["strong", "inline"],
  ["span", "inline"],
  ["sup", "inline"],
  ["sub", "inline"],
  ["small", "inline"],
  ["code", "inline"],
]);

/** Pages repeat a handful of tags thousands of times. */
const known = new Map<string, TagRole>();
const mostKnown = 1000;

function roleOf(tag: string): TagRole {
  let role = known.get(tag);
  if (role === undefined) {
    const name = /[A-Za-z][A-Za-z0-9]*/.exec(tag)?.[0].toLowerCase() ?? "";
    role = roles.get(name) ?? "block";
    if (known.size < mostKnown) known.set(tag, role);
  }
  return role;
}

/**
 * The text of a run of tokens as a person would read it: no tags, each paragraph and list item on a line of its own,
 * a table as its rows, one a line, with tabs between the cells (an empty cell keeps its place). What breaks lines
 * elsewhere is a space inside a cell, so that a row stays a row; a table inside a cell has lines of its own.
 */
export function cleanText(
  page: PageText,
  start: number,
  end: number,
  { natural = false }: CleanTextOptions = {},
): string {
  const lines: string[] = [];
  let line = "";
  let afterWord = false;
  /** Cells opened on this line so far. */
  let opened = 0;
  /** One entry for each open table: is a cell of it open? */
  const inCell: boolean[] = [false];

  const breakLine = (): void => {
    if (line !== "") {
      const text = (natural ? naturalText(line) : line).trimEnd();
      if (text !== "") lines.push(text);
    }
    line = "";
    afterWord = false;
    opened = 0;
  };

  const tokens = page.slice(start, end);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.charCodeAt(0) !== 0x3c || !page.isTag(start + i, token)) {
      if (token === "") continue;
      if (afterWord) line += " ";
      line += token.includes("&") ? decodeToken(token) : token;
      afterWord = true;
      continue;
    }
    const role = roleOf(token);
    const closing = token.charCodeAt(1) === 0x2f;
    if (role === "cell") {
      inCell[inCell.length - 1] = !closing;
      if (closing || opened++ === 0) continue;
      line += "\t";
      afterWord = false;
    } else if (role === "table") {
      breakLine();
      if (!closing) inCell.push(false);
      else if (inCell.length > 1) inCell.pop();
    } else if (role === "row") {
      inCell[inCell.length - 1] = false;
      breakLine();
    } else if (role === "block" && !inCell[inCell.length - 1]) {
      breakLine();
    }
  }
  breakLine();
  return lines.join("\n");
}

/** A whole entity inside one token can only be markup: the tokeniser splits "&amp;" that a page really shows. */
function decodeToken(token: string): string {
  return decodeHTMLStrict(token);
}
