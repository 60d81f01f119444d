import { expect, test } from "vitest";
import { z } from "zod";
import { buildOpenApi } from "./openapi.ts";
import { rawRoute } from "./raw-route.ts";
import { route } from "./route.ts";

const inner = z.object({ size: z.number() }).meta({ id: "Inner" });
const outer = z.object({ inner, list: z.array(inner) }).meta({ id: "Outer" });

const handler = route({
  scope: "public",
  summary: "Give one",
  response: outer,
  run: async () => ({ inner: { size: 1 }, list: [] }),
});

const document = buildOpenApi([{ path: "/things/{thing_id}", handlers: { GET: handler } }]);

test("every reference leads to a schema that says something itself", () => {
  const { schemas } = document.components;
  const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)];
  const named = new Set(references.map((match) => match[1] ?? ""));
  expect([...named].sort()).toEqual(["Inner", "Outer", "Problem"]);
  for (const name of named) expect(schemas[name]).toMatchObject({ type: "object" });
});

test("a path's parameters are told, and that a public route needs no credential", () => {
  expect(document.paths["/things/{thing_id}"]?.get).toMatchObject({
    parameters: [{ name: "thing_id", in: "path", required: true }],
    security: [],
  });
});

test("a route of bytes says so, and not JSON", () => {
  const bytes = route({
    ...{ scope: "public", summary: "Take and give", takesBytes: true, givesBytes: true },
    run: async () => new Uint8Array(1),
  });
  const { paths } = buildOpenApi([{ path: "/bytes", handlers: { PUT: bytes } }]);
  const content = { "*/*": { schema: { type: "string", format: "binary" } } };
  expect(paths["/bytes"]?.put).toMatchObject({
    requestBody: { required: true, content },
    responses: { 200: { content } },
  });
});

test("a route with a shape of errors of its own tells that shape", () => {
  const error = { schema: z.object({ oops: z.string() }), shape: () => ({ oops: "x" }) };
  const run = async () => new Response("");
  const { paths } = buildOpenApi([
    { path: "/own", handlers: { POST: rawRoute({ summary: "Speak", error, run }) } },
  ]);
  expect(paths["/own"]?.post?.responses.default?.content).toMatchObject({
    "application/json": { schema: { properties: { oops: { type: "string" } } } },
  });
});
