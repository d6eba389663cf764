import {
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
  type ApplicationText,
} from "@stricli/core";
import { show } from "../base/show.js";
import { describeFailure } from "./failures.js";

export interface UsageTextOptions {
  /** What a flag or an argument is for, by its name on the command line. */
  readonly briefOf: (name: string) => string | undefined;
  readonly verbose: boolean;
}

/** The command's own words for what stricli finds wrong. */
export function usageText({ briefOf, verbose }: UsageTextOptions): ApplicationText {
  const meaning = (name: string): string => {
    const brief = briefOf(name);
    return brief === undefined ? "" : ` (${brief.charAt(0).toLowerCase()}${brief.slice(1)})`;
  };
  const flag = (name: string): string => (name.startsWith("-") ? name : `--${name}`);
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input, corrections }) =>
      `there is no verb ${show(input)}${didYouMean(corrections.map((name) => name.replaceAll("`", "")))}`,
    exceptionWhileParsingArguments(error) {
      if (!(error instanceof ArgumentScannerError)) return describeFailure(error, verbose);
      return formatMessageForArgumentScannerError(error, {
        FlagNotFoundError: ({ input, corrections }) =>
          `there is no flag ${flag(input)}${didYouMean(corrections.map(flag))}`,
        AliasNotFoundError: ({ input }) => `there is no flag -${input}`,
        ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, exception }) =>
          `${briefOf(name) === undefined ? name : flag(name)} ${describeFailure(exception, false)}`,
        EnumValidationError: ({ externalFlagName, values, input }) =>
          `${flag(externalFlagName)} must be ${orList(values)}, received ${show(input)}`,
        UnsatisfiedFlagError: ({ externalFlagName: name }) =>
          `${flag(name)} is needed, with a value${meaning(name)}`,
        UnexpectedPositionalError: ({ expectedCount, input }) =>
          `there must be ${expectedCount === 0 ? "no file" : `at most ${expectedCount} ${expectedCount === 1 ? "file" : "files"}`}, received one more, ${show(input)}`,
        UnsatisfiedPositionalError: ({ placeholder }) =>
          `${placeholder} is missing${meaning(placeholder)}`,
        UnexpectedFlagError: ({ externalFlagName: name }) => `${flag(name)} is there twice`,
      });
    },
    exceptionWhileLoadingCommandFunction: (error) => describeFailure(error, verbose),
    exceptionWhileRunningCommand: (error) => describeFailure(error, verbose),
  };
}

const didYouMean = (corrections: readonly string[]): string =>
  corrections.length === 0 ? "" : `, did you mean ${orList(corrections)}?`;

function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
