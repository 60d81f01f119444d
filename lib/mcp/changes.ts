import type { ServerEvent } from "@modelcontextprotocol/server";
import { type Change, onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { singleton } from "#lib/core/singleton.ts";
import { memorySpacesTopic, memoryUpdatedTopic } from "#lib/memory/notices.ts";
import { offersTopic } from "#lib/offers/row.ts";
import { promptTopic } from "#lib/prompts/catalog.ts";
import { resourceGrantsTopic } from "#lib/resources/access/rules.ts";
import {
  type Reach,
  resourcesTopic,
  resourceUpdatedTopic,
  resourceWithinTopic,
} from "#lib/resources/change.ts";
import { normalDriverUri } from "#lib/resources/use/driver-uri.ts";
import { catalogTopic } from "#lib/tools/catalog.ts";
import { rulesTopic } from "#lib/tools/governance/rules.ts";
import { upstreamListTopic } from "#lib/upstreams/list-changes.ts";

/** An event of the SDK; `reach` makes it one of all the URIs that `concerned` picks. */
export type TenantEvent = ServerEvent & { reach?: Reach };

type Listener = (event: TenantEvent) => void;

/** A change reaches the process that made it twice, directly and as the database's notice. */
const gatherMs = 50;

interface Audience {
  listeners: Set<Listener>;
  /** What is to be told when the timer ends, each once. */
  gathered: Map<string, TenantEvent>;
  timer: NodeJS.Timeout | null;
}

/** Of the URIs that somebody listens to, those that an event is about, as the client wrote them. */
export function concerned(event: TenantEvent, uris: Iterable<string>): string[] {
  if (event.kind !== "resource_updated") return [];
  const { uri, reach } = event;
  return [...uris].filter((each) => {
    if (reach === undefined) return each === uri;
    const normal = normalDriverUri(each);
    if (reach === "below") return normal.startsWith(uri);
    return normal === uri || (normal.endsWith("/") && uri.startsWith(normal));
  });
}

const listChanges: Record<string, ServerEvent> = {
  [catalogTopic]: { kind: "tools_list_changed" },
  [rulesTopic]: { kind: "tools_list_changed" },
  [promptTopic]: { kind: "prompts_list_changed" },
  [resourcesTopic]: { kind: "resources_list_changed" },
  [resourceGrantsTopic]: { kind: "resources_list_changed" },
  [memorySpacesTopic]: { kind: "resources_list_changed" },
};

/** What other tenants offer may stand in any list. */
const anyList: readonly ServerEvent[] = [
  { kind: "tools_list_changed" },
  { kind: "prompts_list_changed" },
  { kind: "resources_list_changed" },
];

/** What a change means to MCP clients, of which tenant, and whether an upstream told of it. */
function eventOf({
  topic,
  key,
}: Change): { tenantId: string; events: readonly TenantEvent[]; isUpstreams?: true } | null {
  if (topic === resourceWithinTopic) {
    const [tenantId = "", reach, ...uri] = key.split(" ");
    const event = { kind: "resource_updated" as const, uri: uri.join(" "), reach: reach as Reach };
    return { tenantId, events: [event] };
  }
  if (topic === resourceUpdatedTopic || topic === memoryUpdatedTopic) {
    const at = key.indexOf(" ");
    const event: ServerEvent = { kind: "resource_updated", uri: key.slice(at + 1) };
    return { tenantId: key.slice(0, at), events: [event] };
  }
  if (topic === upstreamListTopic) {
    const [tenantId = "", , kind] = JSON.parse(key) as string[];
    // A changed list of tools changes nothing here until it is accepted.
    if (kind === "tools") return null;
    return {
      ...{ tenantId, isUpstreams: true },
      events: [{ kind: kind === "prompts" ? "prompts_list_changed" : "resources_list_changed" }],
    };
  }
  if (topic === offersTopic) return { tenantId: key, events: anyList };
  const event = listChanges[topic];
  return event ? { tenantId: key, events: [event] } : null;
}

/**
 * Who listens through another endpoint like ours is told of our own changes alone: endpoints in a
 * circle would tell each other of an upstream's for ever.
 */
function keyOf(tenantId: string, isFar: boolean): string {
  return isFar ? `${tenantId} far` : tenantId;
}

const audiences = singleton("mcp.audiences", () => {
  const all = new Map<string, Audience>();
  onChange((change) => {
    if (change !== "everything") {
      const found = eventOf(change);
      if (!found) return;
      const { tenantId, events, isUpstreams } = found;
      for (const isFar of isUpstreams ? [false] : [false, true]) {
        const audience = all.get(keyOf(tenantId, isFar));
        if (audience) for (const event of events) tell(audience, event);
      }
      return;
    }
    // Notices were lost: any list may have changed.
    for (const audience of all.values()) for (const event of anyList) tell(audience, event);
  });
  return all;
});

function tell(audience: Audience, event: TenantEvent): void {
  audience.gathered.set(JSON.stringify(event), event);
  audience.timer ??= setTimeout(() => {
    audience.timer = null;
    const events = [...audience.gathered.values()];
    audience.gathered.clear();
    for (const event of events) for (const listener of audience.listeners) listener(event);
  }, gatherMs);
}

/** Calls `listener` with what changes for MCP clients of the caller's tenant, made on any process. */
export function onTenantChange({ tenantId, hops = 0 }: Ctx, listener: Listener): () => void {
  const key = keyOf(tenantId, hops > 0);
  let audience = audiences.get(key);
  if (!audience) {
    audience = { listeners: new Set(), gathered: new Map(), timer: null };
    audiences.set(key, audience);
  }
  const { listeners } = audience;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    if (audience.timer) clearTimeout(audience.timer);
    if (audiences.get(key) === audience) audiences.delete(key);
  };
}
