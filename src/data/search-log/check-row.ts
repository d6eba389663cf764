import { checkInteger, checkNumber, refuse } from "../../base/checks.js";
import { rankContradiction, type SearchLogRow } from "./search-log-row.js";

/**
 * @param place Of the row, e.g. `"labelsFromLog: rows[3]"`.
 * @throws RangeError `"labelsFromLog: rows[3].clicks[0].rank must be an integer >= 1, received 0"`
 */
export function checkSearchLogRow(row: SearchLogRow, place: string): void {
  const { query, shown, offset = 0, clicks, user, time } = row;
  checkText(query, `${place}.query`);
  if (shown !== undefined) {
    if (!Array.isArray(shown)) refuse(`${place}.shown`, "a list of ids", shown);
    for (const [i, passage] of shown.entries()) checkText(passage, `${place}.shown[${i}]`);
  }
  checkInteger(offset, `${place}.offset`, { least: 0 });
  if (!Array.isArray(clicks)) refuse(`${place}.clicks`, "a list of clicks", clicks);
  for (const [i, { passage, rank, dwell }] of clicks.entries()) {
    const at = `${place}.clicks[${i}]`;
    checkText(passage, `${at}.passage`);
    if (rank !== undefined) checkInteger(rank, `${at}.rank`, { least: 1 });
    if (dwell !== undefined) checkNumber(dwell, `${at}.dwell`, { least: 0 });
  }
  if (user !== undefined) checkText(user, `${place}.user`);
  if (time !== undefined && typeof time !== "string") checkNumber(time, `${place}.time`);
  const contradiction = rankContradiction(row);
  if (contradiction !== undefined) throw new RangeError(`${place}: ${contradiction}`);
}

function checkText(value: unknown, place: string): void {
  if (typeof value !== "string" || value.trim() === "") refuse(place, "a text", value);
}
