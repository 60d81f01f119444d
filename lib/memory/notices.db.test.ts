import { expect, test } from "vitest";
import { connectOwner, database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushMemoryNotices, noteChange } from "./notices.ts";

useTestDatabase();

test("changes that still wait when the process ends reach the other processes", async () => {
  const { tenantId } = await freshTenant();
  const other = connectOwner(database().url);
  const heard: string[] = [];
  await other.listen("tausestack", (notice) => heard.push(notice));
  noteChange(tenantId, { agentId: "ana", namespace: "notes", key: "one" });
  await flushMemoryNotices();
  await expect
    .poll(() => heard.filter((notice) => notice.includes(`${tenantId} memory://`)).length)
    .toBe(2);
  await other.end({ timeout: 5 });
});
