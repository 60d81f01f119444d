import { createServer } from "node:http";
import postgres from "postgres";
import { createApiLane } from "#lib/http/api-lane.ts";
import type { RouteHandler } from "#lib/http/route.ts";

/** What the product's figures are held against: the same lane and driver with nothing in between. */
const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10 });
await sql`create table if not exists bench_floor (id text primary key, body json)`;
await sql`create table if not exists bench_log (id bigserial primary key, body json)`;
await sql`insert into bench_floor values ('a', '{"x":1}') on conflict do nothing`;

function bare(run: (request: Request) => Promise<unknown>): RouteHandler {
  const handler = async (request: Request) => Response.json(await run(request));
  return handler as unknown as RouteHandler;
}

const lane = createApiLane([
  { path: "/echo", handlers: { GET: bare(async () => ({ ok: true })) } },
  {
    path: "/select",
    handlers: {
      GET: bare(async () => (await sql`select * from bench_floor where id = ${"a"}`)[0]),
    },
  },
  {
    path: "/insert",
    handlers: {
      POST: bare(async (request) => {
        const body = await request.json();
        const rows = await sql`insert into bench_log (body) values (${body}) returning id`;
        return rows[0];
      }),
    },
  },
]);

const server = createServer((request, response) => {
  if (!lane(request, response)) response.writeHead(404).end();
});
server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.("ready"));
