import { platformStatement } from "#db/transaction.ts";
import { singleton } from "#lib/core/singleton.ts";

const state = singleton("memory.abilities", () => ({
  similar: false,
  askedAt: Number.NEGATIVE_INFINITY,
}));

const askAgainMs = 60_000;

/** Whether the server can find words alike: it has the extensions, and the index is made. */
export async function findsSimilar(): Promise<boolean> {
  if (state.similar || performance.now() - state.askedAt < askAgainMs) return state.similar;
  const [row] = await platformStatement(
    "select to_regclass('memory_items_similar') is not null as similar",
    [],
  );
  state.similar = row?.similar === true;
  state.askedAt = performance.now();
  return state.similar;
}
