import { isDeepStrictEqual } from "node:util";
import { probes } from "./probes.ts";
import type { Report } from "./report.ts";
import { sharedLists } from "./shared-targets.ts";
import type { Side, Stage } from "./stage.ts";
import { governedLists } from "./tool-targets.ts";

interface Pair {
  from: Side;
  to: Side;
}

/** Every ordered pair of different sides. */
function pairsOf(sides: readonly Side[]): Pair[] {
  return sides.flatMap((from) => sides.filter((to) => to !== from).map((to) => ({ from, to })));
}

/** All that a side has, read with its own credential. */
async function contentsOf(stage: Stage, side: Side): Promise<unknown> {
  const paths = [
    `/tenants/${side.tenantId}`,
    "/memory/all",
    "/tools",
    "/resources",
    "/prompts",
    `/keys/${side.keyId}`,
    ...governedLists,
    ...sharedLists,
    `/tools/${side.governed.guarded}/revisions`,
    `/tools/${side.governed.guarded}/access`,
    `/tools/${side.governed.guarded}/examples`,
  ];
  const found: unknown[] = [];
  for (const path of paths) {
    const { status, body } = await stage.rest("GET", path, { key: side.key });
    found.push({ path, status, body: withoutUse(body) });
  }
  return found;
}

/** When a key or a secret was last used changes by looking. */
function withoutUse(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutUse);
  if (typeof body !== "object" || body === null || !("last_used_at" in body)) return body;
  return { ...body, last_used_at: null };
}

const initials = (side: Side) => side.label.slice(0, 4);

/** Tries every way in for every ordered pair of tenants and prints what came of it. */
export async function tryEverything(stage: Stage, report: Report): Promise<void> {
  report.section("Every tenant against every other: attacker → victim");
  const pairs = pairsOf(stage.sides);
  const before = new Map<Side, unknown>();
  for (const side of stage.sides) before.set(side, await contentsOf(stage, side));

  const expectedWidth = Math.max(...probes.map(({ expected }) => expected.length));
  const names = pairs.map(({ from, to }) => `${initials(from)}→${initials(to)}`);
  const width = Math.max(...probes.map(({ route }) => route.length));
  const columns = names.map((name) => name.padEnd(11)).join("");
  report.note(
    `${"way in".padEnd(width)}  ${"expected".padEnd(expectedWidth)}  ${columns.trimEnd()}`,
  );
  for (const probe of probes) {
    const cells: string[] = [];
    for (const { from, to } of pairs) {
      stage.stop.throwIfAborted();
      const actual = await probe
        .run(stage, from, to)
        .catch((error: unknown) => (error as Error).message);
      const ok = actual === probe.expected;
      const what = `${from.tenantId} → ${to.tenantId}, ${probe.route}`;
      report.count(what, ok, `expected ${probe.expected}, was ${actual}`);
      cells.push(`${report.mark(ok)} ${(actual.split(" ")[0] ?? "").slice(0, 8).padEnd(9)}`);
    }
    const told = probe.expected.padEnd(expectedWidth);
    report.note(`${probe.route.padEnd(width)}  ${told}  ${cells.join("")}`.trimEnd());
  }

  for (const side of stage.sides) {
    const whole = isDeepStrictEqual(await contentsOf(stage, side), before.get(side));
    report.check(`${side.tenantId} has everything it had, unchanged`, whole);
  }
}
