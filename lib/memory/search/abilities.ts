import { platformStatement } from "#db/transaction.ts";
import { singleton } from "#lib/core/singleton.ts";

/** What of a search the database can do. */
interface Abilities {
  /** Words alike: it has pg_trgm and btree_gin, and the index is made. */
  similar: boolean;
  /** Embeddings: it has pgvector, and the table is made. */
  meaning: boolean;
}

const state = singleton("memory.abilities", () => ({
  current: { similar: false, meaning: false } as Abilities,
  askedAt: Number.NEGATIVE_INFINITY,
}));

const askAgainMs = 60_000;

/** What the database can do, asked once a minute while there is something that it cannot. */
export async function searchAbilities(): Promise<Abilities> {
  const { current, askedAt } = state;
  const hasAll = current.similar && current.meaning;
  if (hasAll || performance.now() - askedAt < askAgainMs) return current;
  const [row] = await platformStatement(
    `select to_regclass('memory_items_similar') is not null as similar,
      to_regclass('memory_embeddings') is not null as meaning`,
    [],
  );
  state.current = { similar: row?.similar === true, meaning: row?.meaning === true };
  state.askedAt = performance.now();
  return state.current;
}
