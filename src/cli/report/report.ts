import { join } from "node:path";
import { renderReport } from "../../report/page/render-report.js";
import { reportPlots } from "../../report/page/report-plots.js";
import { renderPng } from "../../report/plots/render-png.js";
import { loadDecision, type SavedDecision } from "../../tune/files/load-decision.js";
import { wrongUse } from "../failures.js";
import { withOutput, writeOutput } from "../files/output.js";
import type { CommandIo } from "../io.js";
import type { CommonFlags } from "../verb.js";

export interface ReportFlags extends CommonFlags {
  readonly out?: string | undefined;
  readonly title?: string | undefined;
  readonly plot?: string | undefined;
  readonly png?: boolean | undefined;
  readonly texts: boolean;
}

/** `embedtune report`: the page of a folder that `tune` wrote, once more, or one of its charts. */
export async function report(
  flags: ReportFlags,
  [folder]: readonly [string],
  io: CommandIo,
): Promise<void> {
  const { out, title, texts, json = false } = flags;
  if (flags.png === true && flags.plot === undefined) {
    throw wrongUse("--png is of a plot: --plot names one, such as gains");
  }
  const decision = await loadDecision(folder);
  if (flags.plot !== undefined) return plot(decision, flags.plot, flags, io);
  const path = out ?? join(folder, "report.html");
  await writeOutput(path, io, await renderReport(decision, { title, texts }));
  if (path === "-") return io.say(decision.sentence);
  if (json) return io.print(`${JSON.stringify({ out: path, sentence: decision.sentence })}\n`);
  await io.print(`${decision.sentence}\n${path}\n`);
}

async function plot(
  decision: SavedDecision,
  name: string,
  { out, texts, png = false, json = false }: ReportFlags,
  io: CommandIo,
): Promise<void> {
  const plots = reportPlots(decision, { texts });
  const svg = plots.get(name);
  if (svg === undefined) {
    throw wrongUse(
      `--plot must be ${[...plots.keys()].join(", ") || "left out, as the page has none"}, received ${JSON.stringify(name)}`,
    );
  }
  const path = out ?? `${name}.${png ? "png" : "svg"}`;
  const content = png ? await renderPng(svg) : svg;
  await withOutput(path, io, (sink) => sink.write(content));
  if (path === "-") return;
  await io.print(json ? `${JSON.stringify({ out: path })}\n` : `${path}\n`);
}
