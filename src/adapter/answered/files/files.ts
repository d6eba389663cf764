import { readWholeFile, writeWholeFile } from "../../whole-file.js";
import { encodeKnownQuestions, readKnownQuestions } from "./encode-known.js";
import { encodeMovedPassages, readMovedPassages } from "./encode-moved.js";
import type { KnownQuestionsParts } from "../known-questions.js";
import type { MovedPassages } from "../moved-passages.js";

/**
 * Writes known questions as safetensors, e.g. `known.safetensors`. The file appears whole or not at all: it is written
 * beside its place and renamed.
 *
 * @param parts What `KnownQuestions.toParts` gives.
 * @throws RangeError when the parts do not fit together; Error naming the path when it cannot be written.
 */
export async function saveKnownQuestions(path: string, parts: KnownQuestionsParts): Promise<void> {
  await writeWholeFile(path, encodeKnownQuestions(parts), "the known questions");
}

/**
 * Reads what {@link saveKnownQuestions} wrote, for `createKnownQuestions`.
 *
 * @throws Error naming the path when the file is missing or cannot be read, RangeError naming it when its bytes are no
 *   known questions.
 */
export async function loadKnownQuestions(path: string): Promise<KnownQuestionsParts> {
  return readKnownQuestions(await readWholeFile(path, "the known questions"), path);
}

/**
 * Writes moved passages as safetensors, e.g. `moved.safetensors`. The file appears whole or not at all: it is written
 * beside its place and renamed.
 *
 * @throws RangeError when the parts do not fit together; Error naming the path when it cannot be written.
 */
export async function saveMovedPassages(path: string, moved: MovedPassages): Promise<void> {
  await writeWholeFile(path, encodeMovedPassages(moved), "the moved passages");
}

/**
 * Reads what {@link saveMovedPassages} wrote.
 *
 * @throws Error naming the path when the file is missing or cannot be read, RangeError naming it when its bytes are no
 *   moved passages.
 */
export async function loadMovedPassages(path: string): Promise<MovedPassages> {
  return readMovedPassages(await readWholeFile(path, "the moved passages"), path);
}
