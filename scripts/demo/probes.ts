import { ProtocolError, SdkHttpError } from "@modelcontextprotocol/client";
import type { JsonObject } from "#lib/core/json.ts";
import { openMcp, type Sent } from "./client.ts";
import {
  asMissing,
  sharedById,
  sharedByName,
  sharedLists,
  sharedPlatformOnly,
} from "./shared-targets.ts";
import type { Governed, Side, Stage } from "./stage.ts";
import {
  attempt,
  bodies,
  byId,
  byName,
  fill,
  platformOnly,
  shown,
  type Target,
  thingsOf,
} from "./targets.ts";
import { governedById, governedByName, governedLists, governedTwins } from "./tool-targets.ts";

/** One way by which one tenant tries to reach another's, and what must come of it. */
export interface Probe {
  /** `{other}` and the like stand for what belongs to the other tenant. */
  route: string;
  expected: string;
  /** What came of it: a status and its reason, or one word. */
  run(stage: Stage, from: Side, to: Side): Promise<string>;
}

function plain(target: Target, expected: string): Probe {
  return {
    route: shown(target),
    expected,
    run: (stage, from, to) => attempt(stage.rest, target, { stage, from, to }),
  };
}

/** The other's, and what nobody has, are answered alike, whichever way they are refused. */
function missing(target: Target, id: keyof Governed): Probe {
  return {
    route: `${shown(target)} of {${id}}`,
    expected: "as missing",
    async run(stage, from, to) {
      // Of the same form: what could be no id at all is refused before anything is looked up.
      const other = to.governed[id].replace(/.{8}$/, "00000000");
      const nobody = { ...to, governed: { ...to.governed, [id]: other } };
      const answers = [];
      for (const side of [to, nobody]) {
        const { status, body } = await stage.rest(target.method, fill(target.path, side), {
          key: from.key,
          body: target.body?.(from, side, stage),
        });
        if (status < 400) return String(status);
        const text = JSON.stringify(body).replaceAll(side.governed[id], "");
        answers.push(status + text.replace(/"request_id":"[^"]+"/, ""));
      }
      return answers[0] === answers[1] ? "as missing" : "different";
    },
  };
}

/** Many addresses as one way in: the first that is not refused as it should be is what came of it. */
function each(
  targets: readonly Target[],
  how: string,
  more: (to: Side) => { query?: string; sent?: Sent },
): Probe {
  const expected = "403 wrong_tenant";
  return {
    route: `each of ${targets.length} addresses + ${how}`,
    expected,
    async run(stage, from, to) {
      for (const target of targets) {
        const found = await attempt(stage.rest, target, { stage, from, to }, more(to));
        if (found !== expected) return `${shown(target)} ${found}`;
      }
      return expected;
    },
  };
}

/** Every text that is the side's alone. */
function marksOf(side: Side): string[] {
  return [
    side.tenantId,
    side.keyId,
    ...side.demo.memories.map(({ agent_id }) => agent_id),
    ...side.tools.flatMap(({ toolId, plan }) => [toolId, plan.name]),
    ...side.demo.resources.flatMap(({ resource_id, uri }) => [resource_id, uri]),
    ...side.demo.prompts.map(({ name }) => name),
    ...Object.values(side.governed),
  ];
}

/** What of the side's stands in an answer: `nothing`, or the first of it. */
function foundIn(value: unknown, side: Side): string {
  const text = JSON.stringify(value);
  return (
    marksOf(side).find((mark) => text.includes(JSON.stringify(mark).slice(1, -1))) ?? "nothing"
  );
}

/** What reads what is one's own, also when header and query disagree about whose. */
function read(path: string, disagreeing = false): Probe {
  return {
    route: `GET ${path}${disagreeing ? " + own X-Tenant-ID + ?tenant_id=" : ""}`,
    expected: "nothing",
    async run({ rest }, from, to) {
      const query = disagreeing ? `?tenant_id=${to.tenantId}` : "";
      const { status, body } = await rest("GET", path.replace("{own}", from.tenantId) + query, {
        key: from.key,
        ...(disagreeing ? { tenant: from.tenantId } : {}),
      });
      return status === 200 ? foundIn(body, to) : String(status);
    },
  };
}

const lists = [
  ...["/memory/all", "/tools", "/resources", "/prompts", "/keys", "/v1/models"],
  ...governedLists,
  ...sharedLists,
];

/** What naming the other tenant must not open: all that acts for the tenant in effect. */
const named = [...byName, ...governedByName, ...governedById, ...sharedByName, ...sharedById];

const audit: Probe = {
  route: "GET /audit?target_id={key}",
  expected: "nothing",
  async run({ rest }, from, to) {
    const path = fill("/audit?target_id={key}", to);
    const { status, body } = await rest("GET", path, { key: from.key });
    if (status !== 200) return String(status);
    return Array.isArray(body) && body.length === 0 ? "nothing" : "entries";
  },
};

const mcpProbes: readonly Probe[] = [
  {
    route: "MCP tools/list",
    expected: "nothing",
    async run({ deployment }, from, to) {
      const client = await openMcp(`${deployment.url}/mcp`, from.key, "auto");
      try {
        return foundIn((await client.listTools()).tools, to);
      } finally {
        await client.close();
      }
    },
  },
  {
    route: "MCP tools/call {tool}",
    expected: "error",
    async run({ deployment }, from, to) {
      const { plan } = thingsOf(to).tool;
      const client = await openMcp(`${deployment.url}/mcp`, from.key, "auto");
      try {
        const result = await client.callTool({ name: plan.name, arguments: plan.example });
        return result.isError ? "error" : "answered";
      } catch (error) {
        if (error instanceof ProtocolError) return "error";
        throw error;
      } finally {
        await client.close();
      }
    },
  },
  {
    route: "MCP client at /t/{tenant}/mcp",
    expected: "403",
    async run({ deployment }, from, to) {
      try {
        const client = await openMcp(`${deployment.url}/t/${to.tenantId}/mcp`, from.key, "auto");
        await client.close();
        return "connected";
      } catch (error) {
        if (error instanceof SdkHttpError) return String(error.status);
        throw error;
      }
    },
  },
  plain({ method: "POST", path: "/t/{tenant}/mcp", body: bodies.initialize }, "403 wrong_tenant"),
];

/** Pulls the other's things from this very deployment, as if it were a peer, with the own key. */
function pull(what: "memory" | "tools", list: string): Probe {
  return {
    route: `POST /federation/${what}/pull of {tenant}`,
    expected: "refused",
    async run({ rest, deployment }, from, to) {
      const body: JsonObject = { url: deployment.url, token: from.key, tenant_id: to.tenantId };
      const { status } = await rest("POST", `/federation/${what}/pull`, { key: from.key, body });
      const own = await rest("GET", list, { key: from.key });
      if (own.status !== 200) return `list ${own.status}`;
      const got = foundIn(own.body, to);
      if (got !== "nothing") return got;
      // 403: the tenant may not pull at all; 502: the peer, which is us, refuses the key.
      return status === 403 || status === 502 ? "refused" : String(status);
    },
  };
}

interface Twin {
  route: string;
  write: Target;
  at: string;
}

/** Things under the other's very ids, in one's own tenant: two rows that know nothing of each other. */
const twins: readonly Twin[] = [
  {
    route: "own memory under the other's agent id",
    write: { method: "POST", path: "/memory/register", body: bodies.memory },
    at: "/memory/{agent}",
  },
  {
    route: "own tool under the other's tool id",
    write: { method: "POST", path: "/tools/register", body: bodies.tool },
    at: "/tools/{tool}",
  },
  {
    route: "own resource under the other's id",
    write: { method: "POST", path: "/resources/register", body: bodies.resource },
    at: "/resources/{resource}",
  },
  {
    route: "own prompt under the other's name",
    write: { method: "PUT", path: "/prompts/{prompt}", body: bodies.prompt },
    at: "/prompts/{prompt}",
  },
];

function twin({ route, write, at }: Twin): Probe {
  return {
    route,
    expected: "apart",
    async run(stage, from, to) {
      const { rest } = stage;
      const path = fill(at, to);
      const read = async () => JSON.stringify((await rest("GET", path, { key: to.key })).body);
      // What the tenant has under that id of its own accord is not the demo's to overwrite.
      if ((await rest("GET", path, { key: from.key })).status !== 404) return "in use";
      const before = await read();
      const written = await attempt(rest, write, { stage, from, to });
      if (written !== "200" && written !== "201") return `write ${written}`;
      const own = await rest("GET", path, { key: from.key });
      const during = await read();
      const { status } = await rest("DELETE", path, { key: from.key });
      if (status !== 200) return `delete ${status}`;
      if ((own.body as { tenant_id?: string }).tenant_id !== from.tenantId) return "mixed up";
      return during === before && (await read()) === before ? "apart" : "touched";
    },
  };
}

/** Every way in, in the order of the matrix. Lists come before what puts a twin into them. */
export const probes: readonly Probe[] = [
  ...byId.map((target) => plain(target, "404 not_found")),
  ...governedById.map((target) => plain(target, "404 not_found")),
  ...sharedById.map((target) => plain(target, "404 not_found")),
  ...asMissing.map(({ target, id }) => missing(target, id)),
  ...[...platformOnly, ...sharedPlatformOnly].map((target) =>
    plain(target, "403 insufficient_scope"),
  ),
  each(named, "X-Tenant-ID", ({ tenantId }) => ({ sent: { tenant: tenantId } })),
  each(named, "?tenant_id=", ({ tenantId }) => ({ query: `tenant_id=${tenantId}` })),
  ...lists.map((path) => read(path)),
  ...lists.map((path) => read(path, true)),
  read("/tenants"),
  read("/tenants/{own}/stats"),
  read("/usage?kind=tool_call&group_by=name"),
  audit,
  ...mcpProbes,
  pull("memory", "/memory/all"),
  pull("tools", "/tools"),
  ...twins.map(twin),
  ...governedTwins.map(twin),
];
