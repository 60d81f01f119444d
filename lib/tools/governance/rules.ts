import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";

export const rulesTopic = "tool-rules";

type ApprovalRule = "never" | "destructive" | "always";

/** What is set for one tool; a tool without a row has none of it. */
export interface ToolPolicy {
  enabled: boolean;
  disabledReason: string | null;
  approval: ApprovalRule;
  cacheTtlSeconds: number | null;
  cacheScope: "principal" | "tenant";
  maxConcurrent: number | null;
  maxQueue: number;
  maxQueueMs: number;
}

export interface ToolLimit {
  limitId: string;
  toolId: string | null;
  agentId: string | null;
  callsPerMinute: number | null;
  callsPerDay: number | null;
}

/** All that governs a tenant's calls, as hot paths need it. */
export interface Rules {
  policies: ReadonlyMap<string, ToolPolicy>;
  /** Of tools that only some may call: those, as `principals.ts` names them. */
  grants: ReadonlyMap<string, ReadonlySet<string>>;
  limits: readonly ToolLimit[];
  /** The reasons, by `scope target`; the operator's for a tool also by `name`. */
  stopped: ReadonlyMap<string, string>;
}

/** Why a switch of the tool's own stops it; undefined where none does. */
export function stopOfTool(
  stopped: Rules["stopped"],
  { toolId, mcpName }: { toolId: string; mcpName: string },
): string | undefined {
  return stopped.get(`tool ${toolId}`) ?? stopped.get(`name ${mcpName}`);
}

interface Slot {
  /** Null: nothing is governed. */
  rules: Rules | null;
}

const lists = {
  policies: `select json_agg(json_build_object('toolId', tool_id, 'enabled', enabled,
      'disabledReason', disabled_reason, 'approval', approval,
      'cacheTtlSeconds', cache_ttl_seconds, 'cacheScope', cache_scope,
      'maxConcurrent', max_concurrent, 'maxQueue', max_queue, 'maxQueueMs', max_queue_ms))
    from tool_policies`,
  grants: `select json_agg(json_build_object('toolId', tool_id,
      'grantee', grantee_type || ':' || grantee_id)) from tool_grants`,
  limits: `select json_agg(json_build_object('limitId', limit_id, 'toolId', tool_id,
      'agentId', agent_id, 'callsPerMinute', calls_per_minute, 'callsPerDay', calls_per_day)
      order by limit_id) from tool_limits`,
  switches: `select json_agg(json_build_object('target', scope || ' ' || target_id,
      'mcpName', mcp_name, 'reason', reason)) from kill_switches`,
} as const;

const statement = `${tenantScope}
  select r.* from scope, lateral (select ${Object.entries(lists)
    .map(([name, text]) => `(${text} where tenant_id = scope.tenant_id) as ${name}`)
    .join(", ")} offset 0) r`;

type Loaded = {
  policies: (ToolPolicy & { toolId: string })[];
  grants: { toolId: string; grantee: string }[];
  limits: ToolLimit[];
  switches: { target: string; mcpName: string | null; reason: string }[];
};

function toRules({ policies, grants, limits, switches }: Loaded): Rules | null {
  if (policies.length + grants.length + limits.length + switches.length === 0) return null;
  const granted = new Map<string, Set<string>>();
  for (const { toolId, grantee } of grants) {
    const of = granted.get(toolId) ?? new Set();
    granted.set(toolId, of.add(grantee));
  }
  return {
    policies: new Map(policies.map(({ toolId, ...policy }) => [toolId, policy])),
    grants: granted,
    limits,
    stopped: new Map(
      switches.flatMap(({ target, mcpName, reason }) => [
        [target, reason] as const,
        ...(mcpName === null ? [] : [[`name ${mcpName}`, reason] as const]),
      ]),
    ),
  };
}

async function load(tenantId: string): Promise<Slot> {
  const [row] = await tenantStatement(tenantId, statement, []);
  const list = (name: keyof Loaded) =>
    row?.[name] === null || row?.[name] === undefined ? [] : JSON.parse(String(row[name]));
  const loaded = Object.fromEntries(
    (Object.keys(lists) as (keyof Loaded)[]).map((name) => [name, list(name)]),
  ) as unknown as Loaded;
  return { rules: toRules(loaded) };
}

// A second is how long a kill switch may stay unheard where notices do not arrive.
const cache = createCache<Slot>({
  name: "tool-rules",
  // A tenant that is deleted takes its rules along, and its slug may be given out again.
  topic: [rulesTopic, tenantTopic],
  maxEntries: 10_000,
  ttlMs: 1_000,
  load,
});

/** What governs the tenant's calls now; null where nothing does, which most often costs no wait. */
export function rulesOf(tenantId: string): Rules | null | Promise<Rules | null> {
  const slot = cache.peek(tenantId);
  return slot ? slot.rules : cache.get(tenantId).then(({ rules }) => rules);
}
