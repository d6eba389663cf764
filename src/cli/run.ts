import {
  buildApplication,
  buildRouteMap,
  ExitCode,
  run as runStricli,
  type Command,
} from "@stricli/core";
import { exitCodeOf, exitCodes } from "./failures.js";
import type { CommandIo } from "./io.js";
import { usageText } from "./usage-text.js";
import { verbs } from "./verbs/verbs.js";
import type { VerbContext } from "./verb.js";

const description = `Customise text embeddings to your own data, and see whether it helps.

EXIT CODES
  0  done, whatever the verdict
  1  failed: the reason is on standard error, in one sentence
  2  wrong use: an unknown flag, a missing argument, no consent to a price
  3  check: the adapter does harm by now, or the embedder has changed
  130  interrupted by Ctrl-C; what was finished is kept

"embedtune VERB --help" shows a verb's flags and an example.`;

/**
 * Runs the command.
 *
 * @param argv What stands behind the command's name.
 * @returns The exit code.
 */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const verbose = argv.includes("--verbose");
  const root = buildRouteMap<keyof typeof verbs, VerbContext>({
    routes: shortUsage(verbs),
    docs: { brief: "Customise text embeddings to your own data", fullDescription: description },
  });
  const application = buildApplication<VerbContext>(root, {
    name: "embedtune",
    versionInfo: { getCurrentVersion: () => Promise.resolve(io.version()) },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: !io.color },
    localization: { text: usageText({ briefOf: (name) => briefOf(argv[0], name), verbose }) },
    determineExitCode: (error) => (io.signal.aborted ? exitCodes.interrupted : exitCodeOf(error)),
  });

  const printed: string[] = [];
  const complaints: string[] = [];
  const process: { exitCode?: number } & VerbContext["process"] = {
    stdout: {
      write: (text: string) => void printed.push(text),
      getColorDepth: () => (io.color ? 8 : 1),
    },
    stderr: { write: (text: string) => void complaints.push(text) },
  };
  await runStricli(application, argv, { process, io });
  io.status?.("");
  for (const text of printed) await io.print(text);
  const wrong =
    process.exitCode === ExitCode.InvalidArgument || process.exitCode === ExitCode.UnknownCommand;
  if (complaints.length > 0) {
    // Of several complaints about one line the first is enough: the next may only follow from it.
    const [first] = wrong ? complaints : [complaints.join("")];
    const verb = argv[0] in verbs ? ` ${argv[0]}` : "";
    io.say(`${first.trim()}${wrong ? `; see embedtune${verb} --help` : ""}`);
  }
  if (wrong) return exitCodes.wrongUse;
  const code = process.exitCode ?? exitCodes.success;
  return code < 0 ? exitCodes.failure : code;
}

/** The verbs with a usage line of their name alone: all their flags would drown the list of verbs. */
function shortUsage(routes: typeof verbs): Record<keyof typeof verbs, Command<VerbContext>> {
  const short = Object.entries(routes).map(([name, verb]) => [
    name,
    {
      ...verb,
      formatUsageLine: ({ prefix }: { readonly prefix: readonly string[] }) =>
        `${prefix.join(" ")} ...`,
    },
  ]);
  return Object.fromEntries(short) as Record<keyof typeof verbs, Command<VerbContext>>;
}

/** What a flag or an argument of a verb is for. */
function briefOf(verb: string | undefined, name: string): string | undefined {
  if (verb === undefined || !(verb in verbs)) return undefined;
  const { flags = {}, positional } = verbs[verb as keyof typeof verbs].parameters;
  const parameters = positional?.kind === "tuple" ? positional.parameters : [positional?.parameter];
  const argument = parameters.find((parameter) => parameter?.placeholder === name);
  const camel = name
    .replace(/^--/, "")
    .replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return argument?.brief ?? flags[camel]?.brief;
}
