import { makeKey, type Workshop } from "./workshop.ts";

const at = "/memory/ada/items/plans/trip";

/** One agent's memory is another's when it was granted, for as long as it is. */
export async function showMemory(workshop: Workshop): Promise<void> {
  const { report, must, rest } = workshop;
  report.section("Memory, and a grant of it");
  const scopes = ["memory:read", "memory:write"];
  const ada = await makeKey(workshop, scopes, "ada");
  const bob = await makeKey(workshop, scopes, "bob");
  const written = await rest("PUT", at, { content: "Lisbon in May", tags: ["travel"] }, ada.key);
  report.check("an agent writes a memory", written.status < 300, `${written.status}`);
  const as = async (method: string, body?: unknown) =>
    (await rest(method, at, body, bob.key)).status;
  const before = await as("GET");
  report.check("to another agent it is closed", before === 403, `${before}`);

  const grants = [{ type: "agent", id: "bob", access: "read" }];
  await must("PUT", "/memory/ada/grants/plans", { grants });
  const [read, write] = [await as("GET"), await as("PUT", { content: "Porto" })];
  const found = `read ${read}, write ${write}`;
  report.check(
    "granted to read, it reads and does not write",
    read === 200 && write === 403,
    found,
  );
  const search = await rest("POST", "/memory/search", { query: "lisbon" }, bob.key);
  const hit = JSON.stringify(search.body).includes("Lisbon in May");
  report.check("and finds it by its words", hit, `${search.status}`);

  await must("PUT", "/memory/ada/grants/plans", { grants: [] });
  const after = await as("GET");
  report.check("taken back, it is closed again", after === 403, `${after}`);
}
