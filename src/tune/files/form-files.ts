import { encodeAdapter } from "../../adapter/encode.js";
import { encodeKnownQuestions } from "../../adapter/answered/files/encode-known.js";
import { encodeMovedPassages } from "../../adapter/answered/files/encode-moved.js";
import { formNames } from "../forms/form.js";
import { serveForm } from "../serve-form.js";
import type { TunedDecision } from "../texts/tuned.js";

/** The name of a row: its id, or its number where ids are missing or stand twice. */
function namesOf(ids: readonly (string | null)[]): string[] {
  const whole = ids.every((id) => id !== null) && new Set(ids).size === ids.length;
  return ids.map((id, row) => (whole ? id! : String(row)));
}

function fileName(form: string): string {
  return form.replaceAll(" ", "-");
}

/** Every file that {@link formFiles} may name. */
export function formFileNames(): string[] {
  return formNames.flatMap((form) => [
    `${fileName(form)}.safetensors`,
    `${fileName(form)}-adapter.safetensors`,
  ]);
}

/** Each form whose own verdict is "use it", with the adapter that it stands on, as files. */
export function formFiles({
  forms,
  texts,
  vectors,
}: TunedDecision): (readonly [name: string, bytes: Uint8Array, what: string])[] {
  const ids = { queries: namesOf(texts.queryIds), passages: namesOf(texts.passageIds) };
  return forms
    .filter(({ verdict }) => verdict === "use it")
    .flatMap((form) => {
      const { moved, known } = serveForm(form, { ...vectors, pairs: texts.pairs }, ids);
      const name = fileName(form.name);
      const bytes = moved === null ? encodeKnownQuestions(known!) : encodeMovedPassages(moved);
      return [
        [`${name}.safetensors`, bytes, `the ${form.name}`],
        [`${name}-adapter.safetensors`, encodeAdapter(form.adapter), "the adapter they stand on"],
      ] as const;
    });
}
