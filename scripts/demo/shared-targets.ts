import type { Governed } from "./stage.ts";
import type { Body, Target } from "./targets.ts";

/** What requests carry that write what is spent, routed, pulled, offered and remembered. */
const bodies = {
  budget: (_from, to) => ({
    ...{ scope: "agent", target_id: `demo_agent_${to.label}`, period: "day", limit_micros: 0 },
  }),
  route: () => ({ targets: [{ model: "openai/stolen" }] }),
  peer: () => ({ enabled: false }),
  offer: () => ({ price_micros: 0 }),
  accept: () => ({ prefix: "stolen", digest: "stolen" }),
  note: () => ({ content: "taken over" }),
  patch: () => ({ importance: 1 }),
  restore: () => ({ version: 1 }),
  grants: () => ({ grants: [{ type: "role", id: "viewer", access: "read" }] }),
  chat: (_from, to) => ({
    model: to.governed.route,
    max_tokens: 1,
    messages: [{ role: "user", content: "Hello" }],
  }),
  search: () => ({ query: "note" }),
  prices: () => ({
    prices: [{ provider: "openai", model: "stolen", input_micros: 0, output_micros: 0 }],
  }),
} satisfies Record<string, Body>;

const note = "/memory/{keeper}/items/demo/note";

/** What acts on budgets, routes, peers, offers and memories by their ids. */
export const sharedById: readonly Target[] = [
  { method: "DELETE", path: "/budgets/{budget}" },
  { method: "GET", path: "/ai-routes/{route}" },
  { method: "DELETE", path: "/ai-routes/{route}" },
  { method: "GET", path: "/federation/peers/{peer}" },
  { method: "PATCH", path: "/federation/peers/{peer}", body: bodies.peer },
  { method: "GET", path: "/federation/peers/{peer}/tools" },
  { method: "DELETE", path: "/federation/peers/{peer}" },
  { method: "GET", path: "/federation/offers/{offer}" },
  { method: "PATCH", path: "/federation/offers/{offer}", body: bodies.offer },
  { method: "DELETE", path: "/federation/offers/{offer}" },
  { method: "GET", path: "/federation/offers/received/{offer}" },
  { method: "POST", path: "/federation/offers/received/{offer}/decline" },
  { method: "GET", path: note },
  { method: "PATCH", path: note, body: bodies.patch },
  { method: "DELETE", path: note },
  { method: "GET", path: `${note}/versions` },
  { method: "POST", path: `${note}/restore`, body: bodies.restore },
  { method: "POST", path: `${note}/erase` },
];

/** What a caller may not be told apart from what nobody has. */
export const asMissing: readonly { target: Target; id: keyof Governed }[] = [
  {
    target: { method: "POST", path: "/v1/chat/completions", body: bodies.chat },
    id: "route",
  },
  {
    target: {
      method: "POST",
      path: "/federation/offers/received/{offer}/accept",
      body: bodies.accept,
    },
    id: "offer",
  },
];

/** What acts for the tenant in effect. */
export const sharedByName: readonly Target[] = [
  { method: "GET", path: "/budgets" },
  { method: "PUT", path: "/budgets", body: bodies.budget },
  { method: "GET", path: "/ai-routes" },
  { method: "PUT", path: "/ai-routes/{route}", body: bodies.route },
  { method: "GET", path: "/federation/peers" },
  { method: "GET", path: "/federation/offers" },
  { method: "GET", path: "/federation/offers/received" },
  { method: "GET", path: "/memory/items" },
  { method: "GET", path: "/memory/items/grants" },
  { method: "POST", path: "/memory/search", body: bodies.search },
  { method: "PUT", path: note, body: bodies.note },
  { method: "PUT", path: "/memory/{keeper}/grants/demo", body: bodies.grants },
];

/** What lists them. */
export const sharedLists = [
  "/budgets",
  "/ai-routes",
  "/federation/peers",
  "/federation/offers",
  "/federation/offers/received",
  "/memory/items",
  "/memory/items/grants",
];

/** What only the platform may do. */
export const sharedPlatformOnly: readonly Target[] = [
  { method: "PUT", path: "/prices", body: bodies.prices },
];
