import { afterAll, beforeAll, expect, test } from "vitest";
import { invoicesToken } from "./endpoints/invoices.ts";
import { demoTenants } from "./tenants.ts";
import { type DemoUpstream, startDemoUpstream } from "./upstream.ts";

let upstream: DemoUpstream;

beforeAll(async () => {
  upstream = await startDemoUpstream();
});

afterAll(() => upstream.close());

async function post(path: string, body: unknown) {
  const response = await fetch(`${upstream.url}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const tools = demoTenants.flatMap((tenant) => tenant.tools);

test("the example of every demo tool is answered, and twice alike", async () => {
  expect(tools).toHaveLength(6);
  for (const tool of tools) {
    const first = await post(tool.path, tool.example);
    expect(first.status, tool.name).toBe(200);
    expect(await post(tool.path, tool.example)).toEqual(first);
  }
});

test("every endpoint refuses arguments that do not fit with 422 and the field", async () => {
  for (const tool of tools) {
    const { status, body } = await post(tool.path, {});
    expect(status, tool.name).toBe(422);
    expect(body.errors, tool.name).toContainEqual({
      field: expect.stringMatching(/\w/),
      message: expect.any(String),
    });
  }
});

test("analytics sums the weeks and the category that it is asked for", async () => {
  const one = await post("/analytics", { metric: "pedidos", range: "2w", category: "moda" });
  expect(one.body).toMatchObject({ weeks: 2, series: [226, 219], result: { total: 445 } });
  const all = await post("/analytics", { metric: "pedidos", range: "14d" });
  expect(all.body).toMatchObject({ series: [635, 627], result: { total: 1262, maximum: 635 } });
});

test("analytics finds the trend, and the week that is out of line", async () => {
  const ask = async (analysis: string, category: string) =>
    (await post("/analytics", { metric: "ventas", analysis, range: "13w", category })).body.result;
  expect(await ask("trend", "electrónica")).toMatchObject({ direction: "al alza" });
  expect(await ask("trend", "moda")).toMatchObject({ direction: "a la baja" });
  expect(await ask("anomaly", "hogar")).toMatchObject({
    anomalies: [{ weeks_ago: 6, value: 14_870 }],
  });
  expect(await ask("anomaly", "deporte")).toEqual({ anomalies: [] });
});

test("analytics refuses a range past the data it keeps", async () => {
  const { status, body } = await post("/analytics", { metric: "ventas", range: "14w" });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ field: "range" }]);
});

test("search ignores accents and plurals and ranks titles first", async () => {
  const { body } = await post("/search", { query: "FACTURAS" });
  expect(body.results).toMatchObject([{ id: "kb-201" }, { id: "kb-202" }]);
  const none = await post("/search", { query: "factura", category: "seguridad" });
  expect(none.body).toMatchObject({ total: 0, results: [] });
});

test("a dearer spend needs more approvals", async () => {
  const owners = async (amount_eur: number) => {
    const args = {
      workflow_id: "aprobacion_gasto",
      input: { amount_eur },
      compliance_check: false,
    };
    const { body } = await post("/workflow", args);
    return (body.steps as { owner: string }[]).map((step) => step.owner);
  };
  expect(await owners(900)).toEqual(["Responsable del departamento"]);
  expect(await owners(10_000)).toEqual([
    "Responsable del departamento",
    "Control de gestión",
    "Dirección financiera",
  ]);
});

test("compliance is reached when no control is missing, and where the norm does not apply", async () => {
  const ask = { regulation: "PCI", data_type: "tarjetas" };
  const { body } = await post("/compliance", ask);
  expect(body).toMatchObject({ compliant: false, score: 0 });
  const all = await post("/compliance", { ...ask, controls: body.required });
  expect(all.body).toMatchObject({ compliant: true, score: 1, missing: [] });
  const foreign = await post("/compliance", { regulation: "PCI", data_type: "salud" });
  expect(foreign.body).toMatchObject({ applies: false });
});

test("a sync goes to the nearest region first and never to its own source", async () => {
  const ask = { source_region: "eu-west-1", target_regions: ["ap-northeast-1", "eu-south-2"] };
  const { body } = await post("/sync", ask);
  expect(body.plan).toMatchObject([
    { order: 1, target_region: "eu-south-2", volume_gb: 9.5 },
    { order: 2, target_region: "ap-northeast-1" },
  ]);
  const own = await post("/sync", { ...ask, target_regions: ["eu-west-1"] });
  expect(own.status).toBe(422);
});

test("the invoices are shown to whoever bears the service's token", async () => {
  const [tool] = demoTenants.flatMap(({ developed }) => developed.filter(({ path }) => path));
  const ask = (headers: Record<string, string>) =>
    fetch(`${upstream.url}${tool?.path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(tool?.example),
    });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ authorization: "Bearer another" })).status).toBe(401);
  const answer = await ask({ authorization: `Bearer ${invoicesToken}` });
  expect(await answer.json()).toMatchObject({ month: "2025-09", total: 1778.7 });
});

test("what is no endpoint, no POST, no JSON or too large is refused and harms nothing", async () => {
  expect((await post("/nothing", {})).status).toBe(404);
  expect((await post("/constructor", {})).status).toBe(404);
  expect((await post("/search", "{")).status).toBe(400);
  expect((await post("/search", JSON.stringify({ query: "x".repeat(2_000_000) }))).status).toBe(
    413,
  );
  const get = await fetch(`${upstream.url}/search`);
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  const health = await fetch(`${upstream.url}/health`);
  expect(await health.json()).toEqual({ status: "healthy" });
});

test("a port that is taken is an error, and a closed service frees its own", async () => {
  const { port } = upstream;
  await expect(startDemoUpstream({ port })).rejects.toThrow("EADDRINUSE");
  const other = await startDemoUpstream();
  await other.close();
  const again = await startDemoUpstream({ port: other.port });
  expect(again.url).toBe(other.url);
  await again.close();
});
