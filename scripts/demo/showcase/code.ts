import { isDeepStrictEqual } from "node:util";
import { errorCode, textOf, type Workshop } from "./workshop.ts";

const summarize = `
interface Line { sku: string; units: number; price: number }

export default async function (args: { lines: Line[] }, ctx) {
  console.log(args.lines.length + " lines");
  const order = await ctx.tools.call("order_status", { order_id: args.lines.length });
  const total = args.lines.reduce((sum, { units, price }) => sum + units * price, 0);
  return { total, asked: order.structuredContent.url };
}
`;

/** Code that would hurt its neighbours, with the failure that each call of it ends with. */
const attacks = [
  { name: "busy_loop", code: "for (;;) {}", limits: { cpu_ms: 300 }, ends: "sandbox_time" },
  {
    name: "memory_bomb",
    code: "return 'x'.repeat(2 ** 29).length",
    limits: { memory_mb: 16 },
    ends: "sandbox_memory",
  },
  { name: "no_way_out", code: "return process.env", ends: "code_failed" },
  { name: "no_way_home", code: "return await fetch('http://127.0.0.1/')", ends: "egress_blocked" },
];

/** Code tools: they run, they call other tools, and what goes wrong ends that call alone. */
export async function showCode({ report, must, call }: Workshop): Promise<void> {
  report.section("Tools of code, in a sandbox");
  const register = (name: string, implementation: string, limits: object = {}) =>
    must("POST", "/tools/register", {
      ...{ tool_id: name, name },
      config: { implementation, limits },
    });
  await register("order_total", summarize);
  const lines = [
    { sku: "A-1", units: 2, price: 10 },
    { sku: "B-2", units: 1, price: 22 },
  ];
  const total = await call("order_total", { lines });
  const right = isDeepStrictEqual(total.structuredContent, { total: 42, asked: "/orders/2" });
  report.check("TypeScript runs, and calls another tool", right, textOf(total));
  await register("sum", "return {sum: args.a + args.b}");
  for (const { name, code, limits, ends } of attacks) {
    await register(name, code, limits);
    const [hurt, neighbour] = await Promise.all([call(name, {}), call("sum", { a: 1, b: 2 })]);
    const alone = isDeepStrictEqual(neighbour.structuredContent, { sum: 3 });
    const ended = errorCode(hurt) === ends;
    report.check(`${name} ends as its own failure, others run`, ended && alone, textOf(hurt));
  }
}
