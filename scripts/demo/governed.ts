import { z } from "zod";
import { toolExample } from "#lib/tools/bench/example-schema.ts";
import { approval, killSwitch, toolLimit } from "#lib/tools/governance/schema.ts";
import { expectOk } from "./client.ts";
import type { Governed, Side, Stage } from "./stage.ts";

/** Puts one of each there until the end; ids tell whose they are. */
export async function placeGoverned(
  stage: Stage,
  { key, label, isFederated }: Pick<Side, "key" | "label"> & { isFederated: boolean },
): Promise<Governed> {
  const send = (method: string, path: string, body?: unknown) =>
    expectOk(
      stage.rest(method, path, { key, ...(body === undefined ? {} : { body }) }),
      `${method} ${path}`,
    );
  const undoLater = (path: string, method = "DELETE") =>
    stage.cleanups.push({
      what: `${method} ${path}`,
      run: () => expectOk(stage.undo(method, path, { key }), `${method} ${path}`),
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
    ...(await placeShared()),
  };

  /** What is spent, routed, pulled, offered and remembered. */
  async function placeShared() {
    const agent = `demo_agent_${label}`;
    const { budget_id } = z.object({ budget_id: z.string() }).parse(
      await send("PUT", "/budgets", {
        ...{ scope: "agent", target_id: agent, period: "day", limit_micros: 1000 },
      }),
    );
    undoLater(`/budgets/${budget_id}`);
    const route = `demo_route_${label}`;
    await send("PUT", `/ai-routes/${route}`, { targets: [{ model: "openai/demo" }] });
    undoLater(`/ai-routes/${route}`);
    const peer = `demo_peer_${label}`;
    // At the deployment's own address: with a peer, a tenant pulls from no other.
    await send("POST", "/federation/peers", { peer_id: peer, url: stage.deployment.url });
    undoLater(`/federation/peers/${peer}`);
    const offer = isFederated ? await placeOffer() : `demo_offer_${label}`;
    const keeper = `demo_keeper_${label}`;
    const note = `/memory/${keeper}/items/demo/note`;
    await send("PUT", note, { content: `note of ${keeper}` });
    undoLater(`${note}/erase`, "POST");
    const grants = [{ type: "agent", id: agent, access: "read" }];
    await send("PUT", `/memory/${keeper}/grants/demo`, { grants });
    return { budget: budget_id, route, peer, offer, keeper };
  }

  async function placeOffer(): Promise<string> {
    const body = { to: [`demo_partner_${label}`], kind: "tool", object_id: guarded };
    const { offers } = z
      .object({ offers: z.array(z.object({ offer_id: z.string() })) })
      .parse(await send("POST", "/federation/offers", body));
    const offer = offers[0]?.offer_id ?? "";
    undoLater(`/federation/offers/${offer}`);
    return offer;
  }
}
