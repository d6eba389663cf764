import type { Progress } from "../base/progress.js";
import type { CommandIo } from "./io.js";

/** Shows progress on the status line; nothing where there is none. */
export function showProgress({ status }: Pick<CommandIo, "status">): (progress: Progress) => void {
  if (status === undefined) return () => undefined;
  return (progress) => status(progressLine(progress));
}

/** `embed 1,200/5,000 (24 %), 1m20s left`, or what is waited for and for how long */
function progressLine({ stage, done, total, secondsLeft, waiting }: Progress): string {
  const count = (value: number): string => value.toLocaleString("en");
  if (waiting !== undefined) {
    const seconds = Math.max(0, (waiting.until.getTime() - Date.now()) / 1000);
    return `${stage} ${count(done)}, waiting ${duration(seconds)}: ${waiting.for}`;
  }
  if (total === undefined) return `${stage} ${count(done)}`;
  const share = total === 0 ? "" : ` (${Math.floor((100 * done) / total)} %)`;
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
  return `${stage} ${count(done)}/${count(total)}${share}${left}`;
}

/** `95` as "1m35s"; "?" where it is not known. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
}
