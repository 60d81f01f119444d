/** Damps the lead of the first places (Cormack, Clarke and Büttcher 2009). */
const damping = 60;

export interface Fused<L extends string> {
  id: string;
  score: number;
  /** The lists that it is in. */
  foundBy: L[];
}

/** Reciprocal rank fusion: what stands high in many lists comes first; equals keep their order. */
export function fuse<L extends string>(lists: readonly [name: L, ids: string[]][]): Fused<L>[] {
  const found = new Map<string, Fused<L>>();
  for (const [name, ids] of lists) {
    for (const [place, id] of ids.entries()) {
      const entry = found.get(id) ?? { id, score: 0, foundBy: [] };
      entry.score += 1 / (damping + place + 1);
      entry.foundBy.push(name);
      found.set(id, entry);
    }
  }
  return [...found.values()].sort((a, b) => b.score - a.score);
}
