/** A page of the sample as people write it; the format is described in README.md. */
export interface Page {
  readonly slug: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly questions: readonly SourceQuestion[];
}

export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly id: string; readonly text: string }
  | { readonly kind: "table"; readonly id: string; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "list"; readonly id: string; readonly items: readonly Item[] };

export interface Item {
  readonly text: string;
  /** The items of the list inside this one. */
  readonly nested: readonly string[];
}

export interface SourceQuestion {
  readonly line: number;
  readonly text: string;
  /** `null` when the page does not answer it. */
  readonly long: { readonly id: string; readonly part: number | null } | null;
  readonly short: readonly { readonly line: number; readonly text: string }[];
  readonly yesNo: "YES" | "NO" | "NONE";
}

/** A mistake in a source file, named as file:line. */
export class SourceError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.name = "SourceError";
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenQuestion = Mutable<SourceQuestion> & {
  short: { line: number; text: string }[];
  unanswered: boolean;
};

/**
 * Reads one page.
 *
 * @param text The file's content.
 * @param file Its name, for errors; the slug is its last part without `.txt`.
 * @throws SourceError at the first line that is not in the format.
 */
export function parsePage(text: string, file: string): Page {
  const slug = file.replace(/^.*[\\/]/, "").replace(/\.txt$/, "");
  let title = "";
  const blocks: Block[] = [];
  const ids = new Set<string>();
  const questions: OpenQuestion[] = [];
  let rows: string[][] | undefined;
  let items: { text: string; nested: string[] }[] | undefined;

  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const number = index + 1;
    const fail = (message: string): never => {
      throw new SourceError(file, number, message);
    };
    const line = raw.trimEnd();
    if (line === "") continue;
    if (/[\t\u00a0\u2018\u2019\u201c\u201d<>]|``|''/.test(line)) {
      fail("tabs, typographic quotes and angle brackets have no place in a source file");
    }

    if (line.startsWith("| ")) {
      if (rows === undefined) return fail("a table row outside a table");
      if (!line.endsWith(" |")) fail('a table row must end in " |"');
      const cells = line
        .slice(2, -2)
        .split("|")
        .map((cell) => cell.trim());
      if (rows.length > 0 && cells.length !== rows[0].length) {
        fail(`expected ${rows[0].length} cells like the header row, received ${cells.length}`);
      }
      rows.push(cells);
      continue;
    }
    if (line.startsWith("- ")) {
      if (items === undefined) return fail("a list item outside a list");
      items.push({ text: line.slice(2).trim(), nested: [] });
      continue;
    }
    if (line.startsWith("  - ")) {
      const item = items?.at(-1);
      if (item === undefined) return fail("a nested list item without an item above it");
      item.nested.push(line.slice(4).trim());
      continue;
    }

    rows = undefined;
    items = undefined;
    if (line === "none") {
      const question = openQuestion(questions, "none", fail);
      question.unanswered = true;
      continue;
    }
    const match = /^(title|h|q|long|short|yesno|(p|table|list) ([a-z][a-z0-9-]*)): ?(.*)$/.exec(
      line,
    );
    if (match === null) return fail(`not a line of the source format: "${line.slice(0, 40)}"`);
    const [, key, blockKind, id, rest] = match;
    const content = rest.trim();
    if (blockKind !== undefined) {
      if (ids.has(id)) fail(`the block id "${id}" is used twice`);
      ids.add(id);
      if (questions.length > 0) fail("blocks must come before the questions");
    }
    if ((blockKind ?? "p") === "p" ? content === "" : content !== "") {
      fail(blockKind === undefined || blockKind === "p" ? `${key}: is empty` : "expected nothing after the colon");
    }
    if (key === "title") title = content;
    else if (key === "h") blocks.push({ kind: "heading", text: content });
    else if (blockKind === "p") blocks.push({ kind: "paragraph", id, text: content });
    else if (blockKind === "table") blocks.push({ kind: "table", id, rows: (rows = []) });
    else if (blockKind === "list") blocks.push({ kind: "list", id, items: (items = []) });
    else if (key === "q") {
      questions.push({
        line: number,
        text: content,
        long: null,
        short: [],
        yesNo: "NONE",
        unanswered: false,
      });
    } else if (key === "long") {
      const question = openQuestion(questions, key, fail);
      if (question.long !== null) fail("a second long: for the same question");
      const target = /^([a-z][a-z0-9-]*)(?:\.([1-9][0-9]*))?$/.exec(content);
      if (target === null) return fail(`long: must be ID or ID.N, received "${content}"`);
      question.long = { id: target[1], part: target[2] === undefined ? null : Number(target[2]) };
    } else if (key === "short") {
      openQuestion(questions, key, fail).short.push({ line: number, text: content });
    } else {
      if (content !== "YES" && content !== "NO") {
        return fail(`yesno: must be YES or NO, received "${content}"`);
      }
      openQuestion(questions, key, fail).yesNo = content;
    }
  }

  checkPage({ slug, title, blocks, questions }, questions, file);
  return { slug, title, blocks, questions };
}

function openQuestion(
  questions: OpenQuestion[],
  key: string,
  fail: (message: string) => never,
): OpenQuestion {
  return questions.at(-1) ?? fail(`${key} before the first q:`);
}

function checkPage(page: Page, questions: readonly OpenQuestion[], file: string): void {
  if (page.title === "") throw new SourceError(file, 1, "the page has no title:");
  if (questions.length === 0) throw new SourceError(file, 1, "the page has no q:");
  for (const block of page.blocks) {
    if (block.kind === "table" && block.rows.length < 2) {
      throw new SourceError(file, 1, `table ${block.id} needs a header row and one more`);
    }
    if (block.kind === "list" && block.items.length === 0) {
      throw new SourceError(file, 1, `list ${block.id} has no items`);
    }
  }
  for (const { line, long, short, yesNo, unanswered } of questions) {
    const fail = (message: string): never => {
      throw new SourceError(file, line, message);
    };
    if (unanswered === (long !== null)) fail("a question needs either long: or none");
    if (unanswered && (short.length > 0 || yesNo !== "NONE")) {
      fail("a question with none has no short: and no yesno:");
    }
    if (short.length > 0 && yesNo !== "NONE") fail("a yes/no answer has no short:");
  }
}
