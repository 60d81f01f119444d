import type { Body, Target } from "./targets.ts";

/** What requests carry that write what is around tools, or act on it. */
const bodies = {
  secret: () => ({ value: "stolen" }),
  upstream: (_from, to, stage) => ({
    name: to.governed.upstream,
    transport: { type: "http", url: `${stage.upstream.url}/other` },
  }),
  accept: () => ({ tools: [{ name: "x", digest: "x" }] }),
  ignore: () => ({ names: ["x"] }),
  draft: (_from, to) => ({
    name: to.governed.guarded,
    config: { implementation: "return 'taken over'" },
  }),
  revision: () => ({ revision: 1 }),
  call: () => ({ arguments: {} }),
  example: () => ({ name: "stolen" }),
  grants: () => ({ grants: [{ type: "role", id: "viewer" }] }),
  policy: () => ({ enabled: false }),
  decide: () => ({ note: "stolen" }),
  limit: (_from, to) => ({ tool_id: to.governed.guarded, calls_per_day: 1 }),
  killSwitch: (_from, to) => ({
    ...{ scope: "tool", target_id: to.governed.guarded, reason: "stolen" },
  }),
  openapi: (_from, _to, stage) => ({ url: `${stage.upstream.url}/openapi.json` }),
  apply: (_from, _to, stage) => ({
    url: `${stage.upstream.url}/openapi.json`,
    operations: "all",
  }),
} satisfies Record<string, Body>;

/** What acts on secrets, upstreams, revisions, examples, grants, limits and approvals by their ids. */
export const governedById: readonly Target[] = [
  { method: "GET", path: "/secrets/{secret}" },
  { method: "DELETE", path: "/secrets/{secret}" },
  { method: "GET", path: "/upstreams/{upstream}" },
  { method: "POST", path: "/upstreams/{upstream}/check" },
  { method: "POST", path: "/upstreams/{upstream}/sync" },
  { method: "GET", path: "/upstreams/{upstream}/catalog" },
  { method: "GET", path: "/upstreams/{upstream}/tools" },
  { method: "POST", path: "/upstreams/{upstream}/tools/accept", body: bodies.accept },
  { method: "POST", path: "/upstreams/{upstream}/tools/ignore", body: bodies.ignore },
  { method: "DELETE", path: "/upstreams/{upstream}" },
  { method: "GET", path: "/tools/{guarded}/draft" },
  { method: "PUT", path: "/tools/{guarded}/draft", body: bodies.draft },
  { method: "DELETE", path: "/tools/{guarded}/draft" },
  { method: "GET", path: "/tools/{guarded}/revisions" },
  { method: "GET", path: "/tools/{guarded}/revisions/1" },
  { method: "GET", path: "/tools/{guarded}/revisions/diff" },
  { method: "POST", path: "/tools/{guarded}/publish" },
  { method: "POST", path: "/tools/{guarded}/rollback", body: bodies.revision },
  { method: "POST", path: "/tools/{guarded}/archive" },
  { method: "POST", path: "/tools/{guarded}/unarchive" },
  { method: "POST", path: "/tools/{guarded}/test", body: bodies.call },
  { method: "GET", path: "/tools/{guarded}/examples" },
  { method: "POST", path: "/tools/{guarded}/examples", body: bodies.example },
  { method: "POST", path: "/tools/{guarded}/examples/run" },
  { method: "DELETE", path: "/tools/{guarded}/examples/{example}" },
  { method: "GET", path: "/tools/{guarded}/access" },
  { method: "GET", path: "/tools/{guarded}/grants" },
  { method: "PUT", path: "/tools/{guarded}/grants", body: bodies.grants },
  { method: "DELETE", path: "/tools/{guarded}/grants" },
  { method: "GET", path: "/tools/{guarded}/policy" },
  { method: "PUT", path: "/tools/{guarded}/policy", body: bodies.policy },
  { method: "PUT", path: "/tool-limits", body: bodies.limit },
  { method: "DELETE", path: "/tool-limits/{limit}" },
  { method: "PUT", path: "/kill-switches", body: bodies.killSwitch },
  { method: "DELETE", path: "/kill-switches/{switch}" },
  { method: "GET", path: "/approvals/{approval}" },
  { method: "POST", path: "/approvals/{approval}/approve", body: bodies.decide },
  { method: "POST", path: "/approvals/{approval}/deny", body: bodies.decide },
];

/** What acts for the tenant in effect. */
export const governedByName: readonly Target[] = [
  { method: "GET", path: "/secrets" },
  { method: "PUT", path: "/secrets/{secret}", body: bodies.secret },
  { method: "GET", path: "/upstreams" },
  { method: "PUT", path: "/upstreams/{upstream}", body: bodies.upstream },
  { method: "POST", path: "/tools/drafts", body: bodies.draft },
  { method: "POST", path: "/tools/import/openapi/preview", body: bodies.openapi },
  { method: "POST", path: "/tools/import/openapi/apply", body: bodies.apply },
  { method: "GET", path: "/tool-limits" },
  { method: "GET", path: "/kill-switches" },
  { method: "GET", path: "/approvals" },
];

/** What lists them. */
export const governedLists = [
  "/secrets",
  "/upstreams",
  "/tool-limits",
  "/kill-switches",
  "/approvals",
];

/** Things under the other's very ids, in one's own tenant. */
export const governedTwins = [
  {
    route: "own secret under the other's name",
    write: { method: "PUT", path: "/secrets/{secret}", body: bodies.secret },
    at: "/secrets/{secret}",
  },
  {
    route: "own upstream under the other's id",
    write: { method: "PUT", path: "/upstreams/{upstream}", body: bodies.upstream },
    at: "/upstreams/{upstream}",
  },
] satisfies { route: string; write: Target; at: string }[];
