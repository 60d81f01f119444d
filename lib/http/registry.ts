import { singleton } from "#lib/core/singleton.ts";
import type { RouteHandler } from "./route.ts";

export const routeMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export type RouteMethod = (typeof routeMethods)[number];

/** One address of the API, such as `/memory/{agent_id}`, and what answers it. */
export interface ApiRoute {
  path: string;
  handlers: Partial<Record<RouteMethod, RouteHandler>>;
}

/** Every route of the API, filled when the server starts; the OpenAPI document is made of it. */
export const apiRoutes = singleton<ApiRoute[]>("apiRoutes", () => []);
