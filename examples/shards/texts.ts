import { createRandom, type Random } from "embedtune";

/** What is to be counted: as many questions and passages as one likes, all from a seed. Plain data. */
export interface ShardPlan {
  readonly seed: number;
  /** Questions, each with one right passage. */
  readonly pairs: number;
  readonly passages: number;
  readonly shards: number;
}

/** The numbers of a shard's own questions and of its part of the corpus. */
export interface ShardRanges {
  readonly questions: readonly [start: number, end: number];
  readonly passages: readonly [start: number, end: number];
}

/** Each question and each passage of the corpus belongs to one shard, whatever the number of machines. */
export function shardRanges(plan: ShardPlan, shard: number): ShardRanges {
  const range = (count: number): [number, number] => [
    Math.floor((count * shard) / plan.shards),
    Math.floor((count * (shard + 1)) / plan.shards),
  ];
  return { questions: range(plan.pairs), passages: range(plan.passages) };
}

/** The name of a shard: of its job, and of its state. */
export const shardName = (shard: number): string => `shard-${String(shard).padStart(5, "0")}`;

/** What a set of your own reads from its files: the texts of a passage and of a question, by number. */
export function generatedTexts({ seed, passages }: ShardPlan) {
  const passageWords = (passage: number): string[] => {
    const random = createRandom(`${seed}/passage/${passage}`);
    return Array.from({ length: 24 }, () => commonWord(random));
  };
  return {
    passage: (passage: number): string => passageWords(passage).join(" "),
    /** A question of other words than its passage's but for four of them, and that passage, which many ask for. */
    question(question: number): { readonly text: string; readonly passage: number } {
      const random = createRandom(`${seed}/question/${question}`);
      const passage = random.integer(passages);
      const words = passageWords(passage);
      const shared = Array.from({ length: 4 }, () => words[random.integer(words.length)]);
      const own = Array.from({ length: 4 }, () => `q${commonWord(random)}`);
      return { text: [...shared, ...own].join(" "), passage };
    },
  };
}

const vocabulary = 5000;
const syllables = ["ba", "do", "fi", "gu", "ke", "la", "mo", "ne", "pi", "ru", "sa", "to", "vu"];

/** Some words are frequent and most are rare, as in any language. */
function commonWord(random: Random): string {
  let rest = Math.floor(vocabulary * random.next() ** 3) + 1;
  let word = "";
  for (; rest > 0; rest = Math.floor(rest / syllables.length)) {
    word += syllables[rest % syllables.length];
  }
  return word;
}
