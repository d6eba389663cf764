import { decodeHTMLStrict } from "entities";
import { naturalText } from "./natural-text.js";
import type { PageText } from "./page-text.js";
import { roleOf, TagRole } from "./tag-role.js";

export interface CleanTextOptions {
  /**
   * Undo the tokenisation: "( hide )" becomes "(hide)", "the bee 's" becomes "the bee's", `` and '' become ".
   * @default false
   */
  readonly natural?: boolean | undefined;
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
    if (role === TagRole.cell) {
      inCell[inCell.length - 1] = !closing;
      if (closing || opened++ === 0) continue;
      line += "\t";
      afterWord = false;
    } else if (role === TagRole.table) {
      breakLine();
      if (!closing) inCell.push(false);
      else if (inCell.length > 1) inCell.pop();
    } else if (role === TagRole.row) {
      inCell[inCell.length - 1] = false;
      breakLine();
    } else if (role === TagRole.block && !inCell[inCell.length - 1]) {
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
