import type { Payload } from "../page/payload.js";
import { byId, count, element } from "./elements.js";
import { changeOf, excerpt, firstPassage, ranksOf } from "./outcomes.js";

const pageSize = 10;

/** A box that shows passages in more than three lines. */
function whole(table: HTMLElement): Node[] {
  const box = element("input", { type: "checkbox", id: "question-whole" });
  box.addEventListener("change", () => table.classList.toggle("clamped", !box.checked));
  return [
    element("span", { class: "choice" }, box, element("label", { for: box.id }, "longer excerpts")),
  ];
}

type Key = "change" | "question" | "before" | "after";
type Filter = "all" | "won" | "lost" | "unchanged" | "review";

/** Makes the table of questions hold all of them: searched, filtered, sorted, a page at a time. */
export function startQuestionTable(data: Payload): void {
  const table = byId("question-table") as HTMLTableElement | null;
  const controls = byId("question-controls");
  const pages = byId("question-pages");
  const caption = byId("question-count");
  if (table === null || controls === null || pages === null || caption === null) return;
  const body = table.tBodies[0];
  const total = data.before.length;
  const toReview = new Set(data.reviews.map(({ question }) => question));
  let haystacks: string[] | undefined;
  let filter: Filter = "all";
  let words: string[] = [];
  // As the page was written: the largest change first, whichever way.
  let key: Key | null = null;
  let falling = false;
  let start = 0;

  const search = element("input", { type: "search", id: "question-search", autocomplete: "off" });
  const choice = element("select", { id: "question-filter" });
  const filters: [Filter, string][] = [
    ["all", "all questions"],
    ...((data.compared
      ? [
          ["won", "won"],
          ["lost", "lost"],
          ["unchanged", "unchanged"],
        ]
      : []) as [Filter, string][]),
    ["review", "with a label to look at again"],
  ];
  for (const [value, label] of filters) choice.append(element("option", { value }, label));
  controls.append(
    element("label", { for: "question-search" }, "Search"),
    search,
    element("label", { for: "question-filter" }, "Show"),
    choice,
    ...whole(table),
  );
  const previous = element("button", { type: "button" }, `Previous ${pageSize}`);
  const next = element("button", { type: "button" }, `Next ${pageSize}`);
  const status = element("span", { role: "status" });
  pages.append(previous, next, status);
  controls.hidden = false;
  pages.hidden = total <= pageSize;

  const worth = (i: number): number => 1 / data.after[i] - 1 / data.before[i];
  const compare: Record<Key, (a: number, b: number) => number> = {
    change: data.compared
      ? (a, b) => worth(b) - worth(a)
      : (a, b) => data.before[b] - data.before[a],
    question: (a, b) => data.questions[a].localeCompare(data.questions[b]),
    before: (a, b) => data.before[a] - data.before[b],
    after: (a, b) => data.after[a] - data.after[b],
  };

  function found(): number[] {
    haystacks ??=
      words.length === 0 ? undefined : Array.from({ length: total }, (_, i) => haystack(i));
    const list: number[] = [];
    for (let i = 0; i < total; i++) {
      if (
        filter === "review" ? !toReview.has(i) : filter !== "all" && changeOf(data, i) !== filter
      ) {
        continue;
      }
      if (words.every((word) => haystacks![i].includes(word))) list.push(i);
    }
    if (key !== null) {
      const by = compare[key];
      list.sort((a, b) => (falling ? by(b, a) : by(a, b)) || a - b);
    }
    return list;
  }

  function haystack(i: number): string {
    const { before, after } = data.nearest;
    const passages = [before, ...(data.compared ? [after] : [])].flatMap(({ right, wrong }) => [
      right[i],
      wrong[i],
    ]);
    return [data.questions[i], ...passages.map((at) => data.passages[at] ?? "")]
      .join("\n")
      .normalize("NFKC")
      .toLowerCase();
  }

  function row(i: number): HTMLTableRowElement {
    const { before, after } = data.nearest;
    const change = changeOf(data, i);
    return element(
      "tr",
      {},
      element("td", { class: `rank ${change}`, "data-label": "Rank" }, ranksOf(data, i)),
      element("th", { scope: "row", dir: "auto", "data-label": "Question" }, data.questions[i]),
      element("td", { "data-label": "Right passage" }, excerpt(data.passages[before.right[i]])),
      element(
        "td",
        { "data-label": data.compared ? "First before" : "First" },
        ...firstPassage(data, before, data.before[i], i),
      ),
      ...(data.compared
        ? [
            element(
              "td",
              { "data-label": "First after" },
              ...firstPassage(data, after, data.after[i], i),
            ),
          ]
        : []),
    );
  }

  function show(): void {
    const list = found();
    start = Math.min(start, Math.max(0, Math.ceil(list.length / pageSize) - 1) * pageSize);
    const end = Math.min(list.length, start + pageSize);
    body.replaceChildren(...list.slice(start, end).map(row));
    if (list.length === 0) {
      const width = String(table!.tHead!.rows[0].cells.length);
      body.append(
        element("tr", {}, element("td", { colspan: width }, "No question is like that.")),
      );
    }
    previous.disabled = start === 0;
    next.disabled = end === list.length;
    const range = list.length === 0 ? "none" : `${start + 1}–${end}`;
    status.textContent = `${range} of ${count(list.length, "question")}`;
    caption!.textContent =
      list.length === total
        ? `All ${count(total, "judged question")}.`
        : `${count(list.length, "question")} of ${total.toLocaleString("en-US")}.`;
  }

  search.addEventListener("input", () => {
    words = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    start = 0;
    show();
  });
  choice.addEventListener("change", () => {
    filter = choice.value as Filter;
    start = 0;
    show();
  });
  previous.addEventListener("click", () => {
    start -= pageSize;
    show();
  });
  next.addEventListener("click", () => {
    start += pageSize;
    show();
  });
  const heads = [...table.querySelectorAll<HTMLElement>("th[data-key]")];
  for (const head of heads) {
    const own = head.dataset["key"] as Key;
    const button = element("button", { type: "button", class: "sort" }, head.textContent ?? "");
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      falling = key === own && !falling;
      key = own;
      start = 0;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      show();
    });
  }
  show();
}
