import { load, type Target } from "./load.ts";

const busyLoop = "for (;;);";

/** A tenant with a code tool that adds, and a key; `spin` adds a tool that computes to its limit. */
export interface SandboxParty {
  add: Target;
  spin: Target;
}

type Call = (path: string, body: unknown) => Promise<Record<string, string>>;

/** Registers the tools of a party and says how they are called. */
export async function sandboxParty(
  name: string,
  url: string,
  headers: Record<string, string>,
  call: Call,
): Promise<SandboxParty> {
  const parameters = { a: { type: "number" }, b: { type: "number" } };
  const tool = (tool_id: string, implementation: string, limits = {}) =>
    call("/tools/register", {
      ...{ tool_id, name: tool_id, parameters, config: { implementation, limits } },
    });
  await tool("add", "return {sum: args.a + args.b}");
  await tool("spin", busyLoop, { cpu_ms: 200 });
  const target = (id: string): Target => ({
    name: `${name}: ${id}`,
    url: `${url}/tools/${id}/call`,
    method: "POST",
    headers,
    body: (count) => JSON.stringify({ arguments: { a: count, b: 2 } }),
  });
  return { add: target("add"), spin: target("spin") };
}

/** Calls one after the other for some seconds: percentiles in ms, and calls that were not answered 200. */
async function timeCalls({ url, headers = {}, body }: Target, seconds: number) {
  const times: number[] = [];
  let failures = 0;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const startedAt = performance.now();
    const response = await fetch(url, {
      ...{ method: "POST", headers },
      ...(body ? { body: typeof body === "string" ? body : body(times.length) } : {}),
    });
    const text = await response.text();
    times.push(performance.now() - startedAt);
    if (!response.ok || !text.includes('"sum"')) failures += 1;
  }
  times.sort((x, y) => x - y);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), calls: times.length, failures };
}

/** One tenant's calls alone, and while another keeps more code running than the sandbox can take. */
export async function printFairness(
  loud: SandboxParty,
  quiet: SandboxParty,
  seconds: number,
): Promise<void> {
  await timeCalls(quiet.add, 1);
  const alone = await timeCalls(quiet.add, seconds);
  const flood = load(loud.spin, 32, seconds + 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const under = await timeCalls(quiet.add, seconds);
  const { total } = await flood;
  const show = ({ p50, p95, calls }: typeof alone) =>
    `p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms (${calls} calls)`;
  console.log(
    `\nFairness of the sandbox at 1 connection: alone ${show(alone)}; while another tenant saturates it (${total} calls of 200 ms) ${show(under)}: p95 × ${(under.p95 / alone.p95).toFixed(2)} (aim 2), ${alone.failures + under.failures} failures`,
  );
}
