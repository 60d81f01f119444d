import { z } from "zod";
import { toolExample } from "#lib/tools/bench/example-schema.ts";
import { approval, killSwitch, toolLimit } from "#lib/tools/governance/schema.ts";
import { expectOk } from "./client.ts";
import type { Governed, Side, Stage } from "./stage.ts";

/** Puts one of each there until the end; ids tell whose they are. */
export async function placeGoverned(
  stage: Stage,
  { key, label }: Pick<Side, "key" | "label">,
): Promise<Governed> {
  const send = (method: string, path: string, body?: unknown) =>
    expectOk(
      stage.rest(method, path, { key, ...(body === undefined ? {} : { body }) }),
      `${method} ${path}`,
    );
  const undoLater = (path: string) =>
    stage.cleanups.push({
      what: `DELETE ${path}`,
      run: () => expectOk(stage.undo("DELETE", path, { key }), `DELETE ${path}`),
    });

  const secret = `DEMO_${label.toUpperCase()}`;
  await send("PUT", `/secrets/${secret}`, { value: `value of ${secret}` });
  undoLater(`/secrets/${secret}`);
  const upstream = `demo_${label}`;
  const transport = { type: "http", url: `${stage.upstream.url}/mcp` };
  const auth = { type: "bearer", secret };
  await send("PUT", `/upstreams/${upstream}`, { name: upstream, transport, auth });
  undoLater(`/upstreams/${upstream}`);

  const guarded = `demo_guarded_${label}`;
  const definition = { name: guarded, config: { implementation: "internal:echo" } };
  await send("POST", "/tools/register", { tool_id: guarded, ...definition });
  undoLater(`/tools/${guarded}`);
  const tool = `/tools/${guarded}`;
  await send("PUT", `${tool}/policy`, { approval: "always" });
  const example = toolExample.parse(await send("POST", `${tool}/examples`, { name: guarded }));
  await send("PUT", `${tool}/draft`, { ...definition, description: "A draft" });
  const limit = toolLimit.parse(
    await send("PUT", "/tool-limits", { tool_id: guarded, calls_per_day: 1000 }),
  );
  undoLater(`/tool-limits/${limit.limit_id}`);
  const stopped = killSwitch.parse(
    await send("PUT", "/kill-switches", {
      ...{ scope: "agent", target_id: `demo_agent_${label}`, reason: "The demo" },
    }),
  );
  undoLater(`/kill-switches/${stopped.switch_id}`);

  await send("POST", `${tool}/call`, { arguments: { of: label } });
  const waiting = z.array(approval).parse(await send("GET", "/approvals?status=pending"));
  const asked = waiting.find(({ tool_id }) => tool_id === guarded);
  if (!asked) throw new Error(`The call of ${guarded} does not wait for approval`);
  return {
    ...{ secret, upstream, guarded },
    example: example.example_id,
    approval: asked.approval_id,
    limit: limit.limit_id,
    switch: stopped.switch_id,
  };
}
