/** Reads one file in a process of its own and prints the peak of its memory in kilobytes. */
import { readNaturalQuestions } from "embedtune/node";

let count = 0;
for await (const { annotations } of readNaturalQuestions(process.argv[2])) {
  for (const { longAnswer } of annotations) count += longAnswer?.text.length ?? 0;
}
if (count === 0) throw new Error("nothing was read");
console.log(process.resourceUsage().maxRSS);
