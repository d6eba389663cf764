import { readKnownQuestions } from "../../adapter/answered/files/encode-known.js";
import { readMovedPassages } from "../../adapter/answered/files/encode-moved.js";
import type { AnsweredMetadata } from "../../adapter/answered/made-for.js";
import { decodeSafetensors } from "../../adapter/safetensors.js";
import { readWholeFile } from "../../adapter/whole-file.js";
import { decodeProbes } from "../../tune/recheck/probes.js";
import { listing, type Finding } from "./finding.js";
import { inspectAdapter } from "./inspect-adapter.js";

/** What a safetensors file of ours holds: an adapter, probes, known questions or moved passages, as its format says. */
export async function inspectSafetensors(path: string): Promise<Finding> {
  const bytes = await readWholeFile(path, "the file");
  const { metadata } = decodeSafetensors(bytes, path) as {
    readonly metadata: Readonly<Record<string, string | undefined>>;
  };
  if (metadata.format === "embedtune probes") return inspectProbes(path, bytes);
  if (metadata.format === "embedtune-known-questions") return inspectKnown(path, bytes);
  if (metadata.format === "embedtune-moved-passages") return inspectMoved(path, bytes);
  return inspectAdapter(path);
}

function inspectProbes(path: string, bytes: Uint8Array): Finding {
  const { embedder, vectors, texts, questions, trainingData } = decodeProbes(bytes, path);
  const learnt = questions?.length ?? null;
  return {
    result: {
      ...{ kind: "probes", path, embedder, passages: vectors.rows, dimensions: vectors.cols },
      ...{ texts: texts !== null, learntQuestions: learnt, trainingData },
    },
    lines: listing([
      ["probes", path],
      ["made for", embedder ?? "unknown embedder"],
      [
        "passages",
        `${vectors.rows} vectors of ${vectors.cols} dimensions, ${texts === null ? "hashes of" : "with"} their texts`,
      ],
      [
        "learnt from",
        learnt === null ? "unknown" : `${learnt.toLocaleString("en")} questions, as hashes`,
      ],
      ...(trainingData === null ? [] : [["training data", trainingData] as const]),
      ["to be used by", "embedtune check, beside the adapter"],
    ]),
  };
}

function inspectKnown(path: string, bytes: Uint8Array): Finding {
  const { vectors, ids, passages, settings, metadata } = readKnownQuestions(bytes, path);
  const { weight, neighbours, temperature } = settings;
  return answered("known questions", path, metadata, {
    rows: vectors.rows,
    dimensions: vectors.cols,
    questions: new Set(ids).size,
    passages: new Set(passages).size,
    settings: `weight ${weight}, neighbours ${neighbours}, temperature ${temperature}`,
  });
}

function inspectMoved(path: string, bytes: Uint8Array): Finding {
  const { vectors, move, origins, metadata } = readMovedPassages(bytes, path);
  return answered("moved passages", path, metadata, {
    passages: vectors.rows,
    dimensions: vectors.cols,
    move: `${move.kind}, strength ${move.strength}`,
    growth: origins === null ? "serves only" : "answers can be added and removed",
  });
}

function answered(
  kind: string,
  path: string,
  { embedder = null, adapter, verdict, sentence }: Partial<AnsweredMetadata> = {},
  found: Readonly<Record<string, string | number>>,
): Finding {
  return {
    result: { kind, path, embedder, adapter: adapter ?? null, ...found, verdict, sentence },
    lines: [
      ...listing([
        [kind, path],
        ["made for", embedder ?? "unknown embedder"],
        ["adapter", adapter ?? "none"],
        ...Object.entries(found).map(([name, value]) => [name, String(value)] as const),
        ...(verdict === undefined ? [] : [["verdict", verdict] as const]),
      ]),
      ...(sentence === undefined ? [] : ["", sentence]),
    ],
  };
}
