/** A passage and its score: the cosine with the question plus the weighted vote. */
export interface ScoredPassage {
  readonly id: string;
  readonly score: number;
}

/** Of two passages, which comes first: the higher score, and of equal scores the id that sorts first by UTF-16 units. */
function precedes(a: ScoredPassage, b: ScoredPassage): boolean {
  return a.score > b.score || (a.score === b.score && a.id < b.id);
}

/** The best `limit`, best first, in a fixed order whatever that of the passages. */
export function createBestScored(limit: number): {
  readonly best: readonly ScoredPassage[];
  /** Ids must differ. */
  add(id: string, score: number): void;
} {
  const best: ScoredPassage[] = [];
  return {
    best,
    add(id, score) {
      if (best.length === limit && score < best[limit - 1].score) return;
      const passage = { id, score };
      let at = best.length;
      while (at > 0 && precedes(passage, best[at - 1])) at--;
      best.splice(at, 0, passage);
      if (best.length > limit) best.pop();
    },
  };
}
