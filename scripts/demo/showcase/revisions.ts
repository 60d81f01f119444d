import { z } from "zod";
import { examplesRun, toolExample } from "#lib/tools/bench/example-schema.ts";
import { toolTest } from "#lib/tools/bench/schema.ts";
import { revisionDiff } from "#lib/tools/revisions/schema.ts";
import { revisionOf, textOf, type Workshop } from "./workshop.ts";

const tool = "/tools/greeting";

function draft(greeting: string) {
  const parameters = { name: { type: "string", required: true } };
  return {
    name: "greeting",
    parameters,
    config: { implementation: `return { text: "${greeting} " + args.name }` },
  };
}

/** What a call of the tool by an agent answers, and with which revision. */
async function ran({ call }: Workshop): Promise<string> {
  const result = await call("greeting", { name: "Ana" });
  const text = z.object({ text: z.string() }).safeParse(result.structuredContent).data?.text;
  return `${text ?? textOf(result)}, revision ${revisionOf(result)}`;
}

/** Draft, test, publish, diff and roll back. */
export async function showRevisions(workshop: Workshop): Promise<void> {
  const { report, must, rest, mcp } = workshop;
  report.section("Revisions, the test bench and examples");
  await must("POST", "/tools/drafts", { tool_id: "greeting", ...draft("Hello") });
  const { status } = await rest("POST", `${tool}/call`, { arguments: { name: "Ana" } });
  const listed = (await mcp.listTools()).tools.some(({ name }) => name === "greeting");
  report.check("a draft is not there for callers", status === 404 && !listed, `${status}`);
  await must("POST", `${tool}/publish`);
  const first = await ran(workshop);
  report.check("published, it is, and says so", first === "Hello Ana, revision 1", first);

  const body = { arguments: { name: "Ana" }, revision: "draft" };
  await must("PUT", `${tool}/draft`, draft("Good day,"));
  const meanwhile = await ran(workshop);
  report.check("a new draft changes no call", meanwhile === first, meanwhile);
  const tested = toolTest.parse(await must("POST", `${tool}/test`, body));
  report.check(
    "the test bench runs the draft",
    tested.error === null && tested.revision === 2,
    `${JSON.stringify(tested.result.structuredContent)} in ${Math.round(tested.duration_ms)} ms`,
  );
  const diff = revisionDiff.parse(await must("GET", `${tool}/revisions/diff`));
  const where = diff.changes.map(({ pointer }) => pointer).join(", ");
  report.check("the diff says what changed", where === "/config/implementation", where);
  const example = toolExample.parse(
    await must("POST", `${tool}/examples`, {
      name: "greets by name",
      arguments: { name: "Ana" },
      expectation: { mode: "equals", value: { text: "Good day, Ana" } },
    }),
  );
  await must("POST", `${tool}/publish`, { require_examples: true });
  const second = await ran(workshop);
  report.check("its example holds, so it is published", second.endsWith("revision 2"), second);

  await must("PUT", `${tool}/draft`, draft("Go away,"));
  const refused = await rest("POST", `${tool}/publish`, { require_examples: true });
  const replayed = examplesRun.parse(await must("POST", `${tool}/examples/run`));
  report.check(
    "a draft that breaks the example is not published",
    refused.status === 409 && replayed.failed === 1,
    `${refused.status}; ${example.name}: ${replayed.results[0]?.problems[0]?.message}`,
  );
  report.check("calls run what was published", (await ran(workshop)) === second, second);
  await must("POST", `${tool}/rollback`, { revision: 1 });
  const back = await ran(workshop);
  report.check("rolled back, calls run the first revision", back === first, back);
}
