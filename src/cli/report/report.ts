import { join } from "node:path";
import { renderReport } from "../../report/page/render-report.js";
import { loadDecision } from "../../tune/files/load-decision.js";
import { writeOutput } from "../files/output.js";
import type { CommandIo } from "../io.js";
import type { CommonFlags } from "../verb.js";

export interface ReportFlags extends CommonFlags {
  readonly out?: string | undefined;
  readonly title?: string | undefined;
  readonly texts: boolean;
}

/** `embedtune report`: the page of a folder that `tune` wrote, once more. */
export async function report(
  { out, title, texts, json = false }: ReportFlags,
  [folder]: readonly [string],
  io: CommandIo,
): Promise<void> {
  const decision = await loadDecision(folder);
  const path = out ?? join(folder, "report.html");
  await writeOutput(path, io, await renderReport(decision, { title, texts }));
  if (path === "-") return io.say(decision.sentence);
  if (json) return io.print(`${JSON.stringify({ out: path, sentence: decision.sentence })}\n`);
  await io.print(`${decision.sentence}\n${path}\n`);
}
