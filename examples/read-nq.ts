/**
 * Prints Natural Questions files, original or simplified, as one JSON line per example with clean texts.
 *
 *     npx tsx examples/read-nq.ts FILE...
 */
import { once } from "node:events";
import { readNaturalQuestions } from "embedtune/node";
import { runExample } from "./shared/cli.js";

await runExample(async (signal) => {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Error("usage: npx tsx examples/read-nq.ts FILE...");
  for await (const question of readNaturalQuestions(files, { signal })) {
    const { id, text, title, url, candidates, annotations } = question;
    const line = JSON.stringify({
      id,
      question: text,
      title,
      url,
      candidates: candidates.length,
      annotations: annotations.map(({ longAnswer, shortAnswers, yesNo }) => ({
        longAnswer: longAnswer && {
          candidateIndex: longAnswer.candidateIndex,
          startToken: longAnswer.startToken,
          endToken: longAnswer.endToken,
          text: longAnswer.text,
        },
        shortAnswers,
        yesNo,
      })),
    });
    // Waits for a slow reader instead of piling lines up.
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  }
});
