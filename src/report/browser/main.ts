import type { Payload } from "../page/payload.js";
import { byId } from "./elements.js";
import { startExport } from "./export-labels.js";
import { startMap } from "./question-map.js";
import { startQuestionTable } from "./question-table.js";

/** Unpacks the page's data: base64 of deflated JSON. */
async function unpack(packed: string): Promise<Payload> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return (await new Response(stream).json()) as Payload;
}

// Without top-level await, which a plain script has not.
void unpack(byId("page-data")?.textContent ?? "").then((data) => {
  startQuestionTable(data);
  startExport(data);
  startMap(data);
  document.documentElement.dataset["ready"] = "";
});
