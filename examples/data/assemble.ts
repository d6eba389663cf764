/**
 * Assembles `nq-sample.jsonl.gz` from `source/*.txt`: tokens, nested candidates and answers with their token offsets,
 * in the simplified Natural Questions format.
 *
 *     npm run data:assemble
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { runExample } from "../shared/cli.js";
import { nqTokens } from "./nq-tokens.js";
import { parsePage, SourceError, type Page, type SourceQuestion } from "./page-source.js";
import { writeWhole } from "../shared/write-whole.js";

const minimumCandidates = 6;

interface Span {
  readonly start_token: number;
  readonly end_token: number;
}
interface Candidate extends Span {
  readonly top_level: boolean;
}

/** A page as tokens, with what its ids name. */
interface Layout {
  readonly tokens: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Candidate index by "ID" and "ID.N". */
  readonly byId: ReadonlyMap<string, number>;
}

function layOut(page: Page): Layout {
  const tokens: string[] = [];
  const candidates: Candidate[] = [];
  const byId = new Map<string, number>();

  /** Writes an element; with a name (or as a nested candidate, "") it becomes a candidate, parents before children. */
  const element = (
    tag: string,
    content: string | (() => void),
    candidate?: { name: string; topLevel: boolean },
  ): void => {
    const start = tokens.length;
    const index = candidates.length;
    if (candidate !== undefined) {
      candidates.push({ start_token: start, end_token: -1, top_level: candidate.topLevel });
      if (candidate.name !== "") byId.set(candidate.name, index);
    }
    tokens.push(`<${tag}>`);
    if (typeof content === "string") tokens.push(...nqTokens(content));
    else content();
    tokens.push(`</${tag}>`);
    if (candidate !== undefined) {
      candidates[index] = { ...candidates[index], start_token: start, end_token: tokens.length };
    }
  };

  tokens.push(...nqTokens(`${page.title} - embedtune sample`));
  element("H1", page.title);
  for (const block of page.blocks) {
    if (block.kind === "heading") {
      element("H2", block.text);
    } else if (block.kind === "paragraph") {
      element("P", block.text, { name: block.id, topLevel: true });
    } else if (block.kind === "table") {
      const rows = (): void => {
        for (const [i, cells] of block.rows.entries()) {
          const row = (): void => {
            for (const cell of cells) element(i === 0 ? "Th" : "Td", cell);
          };
          element("Tr", row, { name: `${block.id}.${i + 1}`, topLevel: false });
        }
      };
      element("Table", rows, { name: block.id, topLevel: true });
    } else {
      const items = (): void => {
        for (const [i, { text, nested }] of block.items.entries()) {
          const item = (): void => {
            tokens.push(...nqTokens(text));
            if (nested.length === 0) return;
            const inner = (): void => {
              for (const line of nested) element("Li", line, { name: "", topLevel: false });
            };
            element("Ul", inner, { name: "", topLevel: false });
          };
          element("Li", item, { name: `${block.id}.${i + 1}`, topLevel: false });
        }
      };
      element("Ul", items, { name: block.id, topLevel: true });
    }
  }
  return { tokens, candidates, byId };
}

/** The first place inside `span` where the tokens of `text` stand, skipping those already taken. */
function findTokens(
  tokens: readonly string[],
  span: Span,
  text: string,
  taken: readonly Span[],
): Span | null {
  const wanted = nqTokens(text);
  for (let i = span.start_token; i + wanted.length <= span.end_token; i++) {
    const end = i + wanted.length;
    if (taken.some((other) => i < other.end_token && other.start_token < end)) continue;
    if (wanted.every((token, k) => tokens[i + k] === token)) {
      return { start_token: i, end_token: end };
    }
  }
  return null;
}

/** A 64-bit number made from the words it stands for: stable, and beyond 2^53 like the real ids. */
function id64(text: string, signed: boolean): string {
  const digest = createHash("sha256").update(text).digest();
  return String(signed ? digest.readBigInt64BE() : digest.readBigUInt64BE());
}

function annotate(question: SourceQuestion, layout: Layout, file: string): object {
  const none = { start_token: -1, end_token: -1 };
  if (question.long === null) {
    return {
      long_answer: { ...none, candidate_index: -1 },
      short_answers: [],
      yes_no_answer: "NONE",
    };
  }
  const { id, part } = question.long;
  const name = part === null ? id : `${id}.${part}`;
  const index = layout.byId.get(name);
  if (index === undefined) {
    throw new SourceError(file, question.line, `long: ${name} names no block, row or item`);
  }
  const { start_token, end_token } = layout.candidates[index];
  const spans: Span[] = [];
  for (const { line, text } of question.short) {
    const span = findTokens(layout.tokens, { start_token, end_token }, text, spans);
    if (span === null) {
      throw new SourceError(file, line, `short: "${text}" does not occur in ${name}`);
    }
    spans.push(span);
  }
  return {
    long_answer: { start_token, end_token, candidate_index: index },
    short_answers: spans,
    yes_no_answer: question.yesNo,
  };
}

/** One page as lines of the simplified format. */
function pageLines(page: Page, file: string): string[] {
  const layout = layOut(page);
  if (layout.candidates.length < minimumCandidates) {
    const count = layout.candidates.length;
    throw new SourceError(
      file,
      1,
      `a page needs at least ${minimumCandidates} candidates, has ${count}`,
    );
  }
  const url = `https://example.org/nq-sample/?title=${encodeURIComponent(page.title.replaceAll(" ", "_"))}`;
  return page.questions.map((question) => {
    const key = `${page.slug}\n${question.text}`;
    const example = JSON.stringify({
      question_text: question.text,
      example_id: "EXAMPLE_ID",
      document_url: url,
      document_text: layout.tokens.join(" "),
      long_answer_candidates: layout.candidates,
      annotations: [{ annotation_id: "ANNOTATION_ID", ...annotate(question, layout, file) }],
    });
    // JSON.stringify cannot write integers beyond 2^53.
    return example
      .replace('"EXAMPLE_ID"', id64(key, true))
      .replace('"ANNOTATION_ID"', id64(`annotation\n${key}`, false));
  });
}

/**
 * The lines of the sample.
 *
 * @throws SourceError naming file and line of the first mistake in the sources.
 */
export function assembleLines(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  const titles = new Map<string, string>();
  const questions = new Map<string, string>();
  const lines: string[] = [];
  for (const name of files) {
    const file = `source/${name}`;
    const page = parsePage(readFileSync(`${folder}/${name}`, "utf8"), file);
    refuseRepeat(titles, page.title, "title", file, 1);
    for (const { text, line } of page.questions) {
      refuseRepeat(questions, text, "question", file, line);
    }
    lines.push(...pageLines(page, file));
  }
  return lines;
}

function refuseRepeat(
  seen: Map<string, string>,
  text: string,
  what: string,
  file: string,
  line: number,
): void {
  const key = text.toLowerCase();
  const earlier = seen.get(key);
  if (earlier !== undefined) {
    throw new SourceError(file, line, `the ${what} "${text}" stands at ${earlier} already`);
  }
  seen.set(key, `${file}:${line}`);
}

/** Gzips without a date and without a mark of the system it was made on. */
function gzipPlain(text: string): Buffer {
  const bytes = gzipSync(text, { level: 9 });
  bytes.fill(0, 4, 8); // time of modification
  bytes[9] = 255; // operating system: unknown
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runExample(async () => {
    const lines = assembleLines(fileURLToPath(new URL("source", import.meta.url)));
    const target = fileURLToPath(new URL("nq-sample.jsonl.gz", import.meta.url));
    await writeWhole(target, gzipPlain(`${lines.join("\n")}\n`));
    const bytes = readFileSync(target).length;
    console.log(`${lines.length} questions, ${bytes} bytes: examples/data/nq-sample.jsonl.gz`);
  });
}
