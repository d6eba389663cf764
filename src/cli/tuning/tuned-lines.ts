import {
  beatsMapAlone,
  count,
  embedderCaveat,
  movement,
  subject,
} from "../../tune/verdict/words.js";
import type { TunedDecision } from "../../tune/texts/tuned.js";

/** Of questions that stand in the corpus themselves: one that is found there has found nothing. */
function ownPassagesLine(ownPassages = 0): string[] {
  return ownPassages === 0
    ? []
    : [
        `${count(ownPassages, "judged question")} ${ownPassages === 1 ? "stands" : "stand"} in the corpus ${ownPassages === 1 ? "itself" : "themselves"}, and took no rank there`,
      ];
}

/** A decision as a terminal shows it: what was read, the verdict in its own words, what else there is, the files. */
export function tunedLines(decision: TunedDecision, paths: readonly string[]): string[] {
  const { texts, nearDuplicates, embedding, sentence, forms, otherClaim, engine } = decision;
  const { duplicatePairs, contradictions, passagesBesideCorpus } = texts.counts;
  const { prefixes, tokenLimit, cut } = embedding;
  const near = nearDuplicates.queries + nearDuplicates.passages;
  const cutTexts = cut.queries + cut.passages;
  const noBetter = forms.filter((form) => form.verdict === "use it" && !beatsMapAlone(form));
  const caveat = embedderCaveat(embedding.embedder);
  return [
    `${count(texts.queries.length, "question")}, ${count(texts.passages.length, "passage")}, ${count(texts.pairs.label.length, "pair")}; vectors of ${embedding.dimensions} dimensions by ${embedding.embedder ?? "an embedder without a name"}`,
    ...(engine === undefined ? [] : [`multiplied by ${engine}`]),
    ...(prefixes === null
      ? []
      : [
          `put before questions ${JSON.stringify(prefixes.query)}, before passages ${JSON.stringify(prefixes.passage)}`,
        ]),
    ...(cutTexts === 0
      ? []
      : [
          `${count(cutTexts, "text")} or more are longer than the ${tokenLimit} tokens that the model reads, and are cut`,
        ]),
    ...(passagesBesideCorpus === 0
      ? []
      : [
          `${count(passagesBesideCorpus, "passage")} of pairs ${passagesBesideCorpus === 1 ? "is" : "are"} not in the corpus, and came to it`,
        ]),
    ...(duplicatePairs === 0
      ? []
      : [`${count(duplicatePairs, "pair")} said what another had said, and counted once`]),
    ...(contradictions === 0
      ? []
      : [`${count(contradictions, "pair")} labelled both 1 and 0, believed in neither`]),
    ...ownPassagesLine(decision.corpus.ownPassages),
    ...(near === 0
      ? []
      : [`${count(near, "text")} nearly equal another, and were kept together with it`]),
    "",
    sentence,
    ...forms.filter(beatsMapAlone).map((form) => form.sentence),
    // Their files are written all the same, and would otherwise stand below without a word.
    ...(noBetter.length === 0
      ? []
      : [
          `Written as well, but no better than the adapter alone: ${noBetter.map(({ name }) => name).join(" and ")}.`,
        ]),
    ...(otherClaim === null || otherClaim.chosen === null
      ? []
      : [
          `Not claimed but measured: for ${subject(otherClaim.claim)} the same kind of change ${movement(decision.metric, otherClaim.chosen)}.`,
        ]),
    ...(decision.verdict === "use it"
      ? []
      : [
          "adapter.safetensors leaves vectors as they are; best.safetensors is there to take all the same.",
        ]),
    ...(caveat === null ? [] : [`${caveat} --embedder names one.`]),
    "",
    ...paths,
  ];
}
