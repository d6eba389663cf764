import ts from "typescript";

/** A piece of TypeScript on a page: a block that a reader sees, or the setup that a comment hides from readers. */
interface Block {
  readonly kind: "run" | "no-run" | "setup";
  /** Line of the page on which the block's first line stands, counted from 0. */
  readonly line: number;
  readonly code: readonly string[];
  /** The comment right before the block: why it does not run. */
  readonly reason: string;
}

export interface DocPage {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const openings: readonly [RegExp, Block["kind"], string][] = [
  [/^```ts no-run$/, "no-run", "```"],
  [/^```ts$/, "run", "```"],
  [/^<!-- setup$/, "setup", "-->"],
];

/**
 * The blocks of a Markdown page, in order. A fence named `ts` runs; `ts no-run` is only checked, and the comment
 * `<!-- not run: why -->` before it says why; a comment `<!-- setup … -->` runs unseen.
 */
export function parseDocPage(name: string, text: string): DocPage {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = openings.find(([pattern]) => pattern.test(lines[i]));
    const anyFence = /^ *```/.test(lines[i]);
    if (opening === undefined && !anyFence) continue;
    const close = opening?.[2] ?? "```";
    let end = i + 1;
    while (end < lines.length && lines[end].trim() !== close) end++;
    if (end === lines.length) throw new Error(`${name}:${i + 1}: the block must be closed`);
    if (opening !== undefined) {
      const before = lines.slice(0, i).findLast((line) => line.trim() !== "") ?? "";
      const reason = /^<!-- not run: (.+) -->$/.exec(before)?.[1] ?? "";
      blocks.push({ kind: opening[1], line: i + 1, code: lines.slice(i + 1, end), reason });
    }
    i = end;
  }
  return { name, text, blocks };
}

/** What the imports of a page bring in: module, then local name, then the specifier as it is written. */
type Imports = Map<string, Map<string, string>>;

/** Takes the import declarations out of a block, leaving its lines where they were. */
function takeImports(code: string, imports: Imports): string {
  const file = ts.createSourceFile("block.ts", code, ts.ScriptTarget.ESNext, true);
  let rest = code;
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const module = (statement.moduleSpecifier as ts.StringLiteral).text;
    const names = imports.get(module) ?? new Map<string, string>();
    imports.set(module, names);
    const clause = statement.importClause;
    const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (clause?.name) names.set(clause.name.text, "default");
    const bindings = clause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) names.set(bindings.name.text, "*");
    if (bindings && ts.isNamedImports(bindings)) {
      for (const { name, propertyName, isTypeOnly } of bindings.elements) {
        const imported = propertyName?.text ?? name.text;
        const value = !typeOnly && !isTypeOnly;
        if (value || !names.has(name.text)) {
          names.set(name.text, value ? imported : `type ${imported}`);
        }
      }
    }
    const [start, end] = [statement.getStart(file), statement.getEnd()];
    rest = rest.slice(0, start) + rest.slice(start, end).replace(/[^\n]/g, " ") + rest.slice(end);
  }
  return rest;
}

const importLine = (imports: Imports): string =>
  [...imports]
    .flatMap(([module, names]) => {
      const from = JSON.stringify(module);
      if (names.size === 0) return [`import ${from};`];
      return [...names].map(([local, what]) =>
        what === "*"
          ? `import * as ${local} from ${from};`
          : `import { ${what} as ${local} } from ${from};`,
      );
    })
    .join(" ");

/**
 * The blocks of a page as one module whose line numbers are the page's own. Each block stands in a scope inside that
 * of the block before it: it goes on from there, and may use a name anew.
 *
 * @param options.noRun whether the blocks that cannot run are in it too
 */
export function pageModule(page: DocPage, { noRun }: { readonly noRun: boolean }): string {
  const lines = page.text.split("\n").map(() => "");
  const imports: Imports = new Map();
  let depth = 0;
  for (const block of page.blocks) {
    if (block.kind === "no-run" && !noRun) continue;
    lines[block.line - 1] = "{";
    depth++;
    const rest = takeImports(block.code.join("\n"), imports).split("\n");
    for (const [i, line] of rest.entries()) lines[block.line + i] = line;
  }
  lines[0] = `${importLine(imports)} export {}; ${lines[0]}`;
  lines.push("}".repeat(depth));
  return lines.join("\n");
}

/** What TypeScript finds wrong with modules at `paths`, which need no file there; one text per finding. */
export function typeErrors(
  root: string,
  modules: ReadonlyMap<string, string>,
): Map<string, string[]> {
  const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  // A page shows what a call gives without using it.
  const checked = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(checked);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...others) => {
    const text = modules.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...others)
      : ts.createSourceFile(path, text, target);
  };
  const shims = ts.sys.readDirectory(`${root}src`, [".d.ts"]);
  const program = ts.createProgram([...modules.keys(), ...shims], checked, host);
  return new Map(
    [...modules.keys()].map((path) => {
      const file = program.getSourceFile(path);
      const found = ts.getPreEmitDiagnostics(program, file).map(({ start, messageText }) => {
        const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
        return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
      });
      return [path, found];
    }),
  );
}
