import { html, type Html } from "../html.js";
import { count, interval, methodName, metricName, movement } from "../../tune/verdict/words.js";
import type { Report } from "../read-report.js";

/** What to do with the verdict. */
export function nextSteps(report: Report): Html {
  const { verdict } = report.decision;
  return html`<h3>What to do next</h3>
    ${verdict === "use it" ? useIt(report) : verdict === "leave it" ? leaveIt(report) : verdict === "untested" ? untested(report) : notShown(report)}
    ${withoutIndexing(report)}`;
}

function useIt({ decision: { best } }: Report): Html {
  const both = best.side === "both";
  // Unsaid, a warning asks whose the vectors are.
  const from = best.adapter.metadata.embedder === null ? "" : ", embedder: embedder.id";
  const code = [
    `import { applyAdapter } from "embedtune";`,
    `import { loadAdapter } from "embedtune/node";`,
    ``,
    `const adapter = await loadAdapter("adapter.safetensors");`,
    `// Every question, before it is searched with.`,
    `const question = applyAdapter(adapter, vector, { side: "query"${from} });`,
    ...(both
      ? [
          `// Every passage, once, before it goes into the index.`,
          `const passage = applyAdapter(adapter, passageVector, { side: "passage"${from} });`,
        ]
      : []),
  ].join("\n");
  return html`<p>
      Use it.
      ${
        both
          ? "It changes questions and passages, so every passage goes through it once and is indexed again; nothing is embedded anew."
          : "It changes questions alone: the index stays as it is."
      }
      Save it by <code>saveAdapter("adapter.safetensors", decision.adapter)</code>, then:
    </p>
    <pre tabindex="0" aria-label="Code that applies the adapter"><code>${code}</code></pre>`;
}

function notShown({ decision }: Report): Html {
  const { labelsNeeded, labels, best, labelsLookUnrelated } = decision;
  const more =
    labelsNeeded === null
      ? "More labels of the same kind are unlikely to show a gain worth having."
      : `About ${count(labelsNeeded, "labelled question")} would show a gain of the size named above, at an even chance; there are ${labels.questions.toLocaleString("en-US")}.`;
  return html`<p>
      Leave the embedding as it is: that is what <code>decision.adapter</code> does. ${more}
      ${
        best.method === "identity"
          ? ""
          : html`${methodName(best)} stands in <code>decision.best</code>, to take at your own risk.`
      }
    </p>
    ${
      labelsLookUnrelated
        ? html`<p>
            First check that questions and passages are paired as they should be: these labels look
            unrelated to the passages.
          </p>`
        : ""
    }`;
}

function leaveIt({ decision: { metric } }: Report): Html {
  return html`<p>
    Leave the embedding as it is: that is what <code>decision.adapter</code> does. All that was
    tried ranks right passages lower than the untouched embedding does (${metricName(metric)}),
    which happens where the embedding already fits the texts, or where labels are wrong: see
    <a href="#review">labels to look at again</a>.
  </p>`;
}

function untested({ decision: { labelsNeeded } }: Report): Html {
  return html`<p>
    Nothing was judged, so nothing is recommended.
    ${labelsNeeded === null ? "" : `Label about ${count(labelsNeeded, "question")} by the passage that answers it, and run this again.`}
    What stands in <code>decision.best</code> was fitted without labels, and may help or harm.
  </p>`;
}

function withoutIndexing({ decision, compared }: Report): Html {
  const { best, bestQueryOnly, queryOnlyDifference, metric } = decision;
  if (!compared || queryOnlyDifference === null) return html``;
  if (best.side === "query") {
    return html`<p>
      <strong>Without indexing again:</strong> the best leaves passages as they are; an index stays
      as it is.
    </p>`;
  }
  const { expected } = bestQueryOnly;
  return html`<p>
    <strong>Without indexing again:</strong> the best that leaves passages as they are is
    ${methodName(bestQueryOnly)}${expected === null ? "" : `, which ${movement(metric, expected)}`}.
    Against the best of all that is
    ${interval(queryOnlyDifference)}${
      queryOnlyDifference.high < 0
        ? ": the price of leaving the index alone."
        : ": nothing speaks for the work of indexing again."
    }
  </p>`;
}
