import type { ServerEvent } from "@modelcontextprotocol/server";
import { type Change, onChange } from "#lib/core/bus.ts";
import { singleton } from "#lib/core/singleton.ts";
import { promptTopic } from "#lib/prompts/catalog.ts";
import { resourceGrantsTopic } from "#lib/resources/access/rules.ts";
import { resourcesTopic, resourceUpdatedTopic } from "#lib/resources/change.ts";
import { catalogTopic } from "#lib/tools/catalog.ts";
import { rulesTopic } from "#lib/tools/governance/rules.ts";
import { upstreamListTopic } from "#lib/upstreams/list-changes.ts";

type Listener = (event: ServerEvent) => void;

/** A change reaches the process that made it twice, directly and as the database's notice. */
const gatherMs = 50;

interface Audience {
  listeners: Set<Listener>;
  /** What is to be told when the timer ends, each once. */
  gathered: Map<string, ServerEvent>;
  timer: NodeJS.Timeout | null;
}

const listChanges: Record<string, ServerEvent> = {
  [catalogTopic]: { kind: "tools_list_changed" },
  [rulesTopic]: { kind: "tools_list_changed" },
  [promptTopic]: { kind: "prompts_list_changed" },
  [resourcesTopic]: { kind: "resources_list_changed" },
  [resourceGrantsTopic]: { kind: "resources_list_changed" },
};

/** What a change means to MCP clients, and of which tenant. */
function eventOf({ topic, key }: Change): { tenantId: string; event: ServerEvent } | null {
  if (topic === resourceUpdatedTopic) {
    const at = key.indexOf(" ");
    const event: ServerEvent = { kind: "resource_updated", uri: key.slice(at + 1) };
    return { tenantId: key.slice(0, at), event };
  }
  if (topic === upstreamListTopic) {
    const [tenantId = "", , kind] = JSON.parse(key) as string[];
    // A changed list of tools changes nothing here until it is accepted.
    if (kind === "tools") return null;
    return {
      tenantId,
      event: { kind: kind === "prompts" ? "prompts_list_changed" : "resources_list_changed" },
    };
  }
  const event = listChanges[topic];
  return event ? { tenantId: key, event } : null;
}

const audiences = singleton("mcp.audiences", () => {
  const all = new Map<string, Audience>();
  onChange((change) => {
    if (change !== "everything") {
      const found = eventOf(change);
      const audience = found && all.get(found.tenantId);
      if (audience) tell(audience, found.event);
      return;
    }
    // Notices were lost: any list may have changed.
    for (const audience of all.values()) {
      for (const event of Object.values(listChanges)) tell(audience, event);
    }
  });
  return all;
});

function tell(audience: Audience, event: ServerEvent): void {
  audience.gathered.set(JSON.stringify(event), event);
  audience.timer ??= setTimeout(() => {
    audience.timer = null;
    const events = [...audience.gathered.values()];
    audience.gathered.clear();
    for (const event of events) for (const listener of audience.listeners) listener(event);
  }, gatherMs);
}

/** Calls `listener` with what changes for one tenant's MCP clients, made on any process. */
export function onTenantChange(tenantId: string, listener: Listener): () => void {
  let audience = audiences.get(tenantId);
  if (!audience) {
    audience = { listeners: new Set(), gathered: new Map(), timer: null };
    audiences.set(tenantId, audience);
  }
  const { listeners } = audience;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    if (audience.timer) clearTimeout(audience.timer);
    if (audiences.get(tenantId) === audience) audiences.delete(tenantId);
  };
}
