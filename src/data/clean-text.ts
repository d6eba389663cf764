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

const cellTags = new Set(["td", "th"]);
const inlineTags = new Set(["a", "b", "i", "em", "strong", "span", "sup", "sub", "small", "code"]);

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
  /** Cells of the line being written; each a list of words. */
  let cells: string[][] = [[]];
  /** Cells opened on this line so far. */
  let opened = 0;
  /** One entry for each open table: is a cell of it open? */
  const inCell: boolean[] = [false];

  const breakLine = (): void => {
    const texts = cells.map((words) => {
      const text = words.join(" ");
      return natural ? naturalText(text) : text;
    });
    const line = texts.join("\t").trimEnd();
    if (line.trim() !== "") lines.push(line);
    cells = [[]];
    opened = 0;
  };

  for (const [offset, token] of page.slice(start, end).entries()) {
    if (!page.isTag(start + offset, token)) {
      if (token !== "") cells.at(-1)!.push(decodeToken(token));
      continue;
    }
    const closing = token.charCodeAt(1) === 0x2f;
    const name = /[A-Za-z][A-Za-z0-9]*/.exec(token)?.[0].toLowerCase() ?? "";
    if (cellTags.has(name)) {
      inCell[inCell.length - 1] = !closing;
      if (!closing && opened++ > 0) cells.push([]);
    } else if (name === "table") {
      breakLine();
      if (!closing) inCell.push(false);
      else if (inCell.length > 1) inCell.pop();
    } else if (name === "tr") {
      inCell[inCell.length - 1] = false;
      breakLine();
    } else if (!inlineTags.has(name) && !inCell[inCell.length - 1]) {
      breakLine();
    }
  }
  breakLine();
  return lines.join("\n");
}

/** A whole entity inside one token can only be markup: the tokeniser splits "&amp;" that a page really shows. */
function decodeToken(token: string): string {
  return token.includes("&") ? decodeHTMLStrict(token) : token;
}
