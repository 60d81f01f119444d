import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ApiRoute, routeMethods } from "./registry.ts";
import type { RouteHandler } from "./route.ts";

/** `tools/[tool_id]/call/route.ts` → `/tools/{tool_id}/call`. */
function addressOf(file: string): string {
  const folders = file.split("/").slice(0, -1);
  return `/${folders.map((name) => name.replace(/^\[(.+)\]$/, "{$1}")).join("/")}`;
}

/** Imports every `route.ts` below a folder; throws when one exports no handler. */
export async function loadRoutes(folder: string): Promise<ApiRoute[]> {
  const files = (await readdir(folder, { recursive: true }))
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file === "route.ts" || file.endsWith("/route.ts"))
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<
        string,
        unknown
      >;
      const handlers: ApiRoute["handlers"] = {};
      for (const method of routeMethods) {
        if (typeof module[method] === "function") handlers[method] = module[method] as RouteHandler;
      }
      if (Object.keys(handlers).length === 0) throw new Error(`${file} exports no handler`);
      return { path: addressOf(file), handlers };
    }),
  );
}
