import { builtinModules } from "node:module";
import type {
  ICruiseOptions,
  IReachabilityForbiddenRuleType,
  IRegularForbiddenRuleType,
} from "dependency-cruiser";
import { frameworkFiles, ownedSchemas, tiers, transports } from "./tiers.ts";

const test = "\\.(test|spec)\\.tsx?$";
const testSupport = ["^db/testing/", "^lib/testing/", "^lib/.+/testing[^/]*\\.ts$"];
const product = "^(app|components|lib|db|pages)/|^(server|instrumentation)\\.ts$";
const browser = ["^components/", "^lib/client/", "^lib/[^.]*schema\\.ts$"];
const framework = "(^|node_modules/)(next|react|react-dom)(/|$)";
const builtin = `^(node:)?(${builtinModules.filter((name) => !name.startsWith("_")).join("|")})$`;

const literal = (path: string) => path.replaceAll(/[.()[\]]/g, "\\$&");
const inLib = (names: readonly string[]) => `^lib/(${names.join("|")})(/|\\.ts$)`;

type Rule = IRegularForbiddenRuleType | IReachabilityForbiddenRuleType;

const forbid = <R extends Rule>(name: string, comment: string, ends: Pick<R, "from" | "to">) => ({
  name,
  comment,
  severity: "error" as const,
  ...ends,
});

function tierRules(): Rule[] {
  return tiers.flatMap((tier, index) =>
    tier.flatMap((domain) => {
      const outOfReach = tiers
        .slice(index)
        .flat()
        .filter((other) => other !== domain);
      if (outOfReach.length === 0) return [];
      return forbid(
        `tier-${domain}`,
        `lib/${domain} may import only from tiers before its own (scripts/tiers.ts), so that a change above never reaches below.`,
        { from: { path: inLib([domain]), pathNot: test }, to: { path: inLib(outOfReach) } },
      );
    }),
  );
}

function tableRules(): Rule[] {
  const domains = tiers.slice(0, -1).flat();
  return domains.map((domain) => {
    const own = ownedSchemas[domain] ?? [domain];
    return forbid(
      `tables-${domain}`,
      `lib/${domain} reads and writes its own tables (${own.join(", ")}); another domain's rows come from that domain's verbs, which check scope and write the audit row.`,
      {
        from: { path: inLib([domain]), pathNot: test },
        to: { path: "^db/schema/", pathNot: `^db/schema/(${own.join("|")})\\.ts$` },
      },
    );
  });
}

function layerRules(): Rule[] {
  return [
    forbid("app-not-to-db", "Pages and routes call verbs; a query outside one skips its checks.", {
      from: { path: "^(app|pages)/" },
      to: { path: "^db/" },
    }),
    forbid(
      "db-imports-nothing-of-ours",
      "Schema and clients are the ground: they know no domain.",
      {
        from: { path: "^db/" },
        to: { path: ["^(app|components|lib|pages|e2e|bench|scripts)/", "^server\\.ts$"] },
      },
    ),
    forbid("lib-not-to-pages", "Verbs serve REST, MCP, pages and jobs alike, so they know none.", {
      from: { path: "^lib/" },
      to: { path: ["^(app|components|pages)/", "^server\\.ts$"] },
    }),
    forbid("components-not-to-app", "A component that needs a page's code belongs beside it.", {
      from: { path: "^components/" },
      to: { path: "^(app|pages)/" },
    }),
    forbid("domain-not-to-client", "lib/client runs in the browser and calls us over HTTP.", {
      from: { path: "^lib/", pathNot: "^lib/client/" },
      to: { path: "^lib/client/" },
    }),
    forbid(
      "domain-not-to-http",
      "A verb knows no transport; routes wrap verbs, never the reverse.",
      {
        from: { path: "^lib/", pathNot: [inLib(transports), test] },
        to: { path: "^lib/http/" },
      },
    ),
    forbid(
      "lib-folder-has-a-tier",
      "A new domain gets its place in scripts/tiers.ts, or no rule would hold for it.",
      {
        from: {},
        to: { path: "^lib/", pathNot: [inLib(tiers.flat()), "^lib/client/", "^lib/testing/"] },
      },
    ),
  ];
}

function browserRules(): Rule[] {
  return [
    forbid(
      "browser-not-to-services",
      "components and lib/client are sent to the browser: data arrives as props or over HTTP.",
      {
        from: { path: ["^components/", "^lib/client/"], pathNot: test },
        to: {
          path: ["^db/", "^lib/"],
          pathNot: ["^lib/client/", "^lib/core/", "^lib/[^.]*schema\\.ts$"],
        },
      },
    ),
    forbid(
      "browser-reaches-no-server-code",
      "What the browser is sent, domain schemas included, never leads to Node, env or the database.",
      {
        from: { path: browser, pathNot: test },
        to: { path: ["^db/", "^lib/core/env\\.ts$", builtin], reachable: true },
      },
    ),
  ];
}

function frameworkRules(): Rule[] {
  const bound = frameworkFiles.map((path) => `^${literal(path)}$`);
  return [
    forbid(
      "lib-is-framework-free",
      "Jobs, scripts, MCP and the direct lane run lib/ without Next.",
      {
        from: { path: ["^lib/", "^db/"], pathNot: ["^lib/client/", ...bound] },
        to: { path: framework },
      },
    ),
    forbid(
      "api-not-to-next",
      "server.ts runs these route modules itself, outside Next's runtime.",
      {
        from: { path: "^app/\\(api\\)/" },
        to: { path: framework },
      },
    ),
    forbid("api-reaches-no-next", "Also by a detour, Next would load into the direct lane.", {
      from: { path: "^app/\\(api\\)/", pathNot: test },
      to: { path: framework, reachable: true },
    }),
  ];
}

/** The only route between tenants is one file long, and these alone may call it. */
function offerRules(): Rule[] {
  const crossing = "^lib/offers/crossing\\.ts$";
  return [
    forbid(
      "offers-cross-here",
      "Through an accepted offer one tenant's request reaches another's data: few may ask for that.",
      {
        from: {
          path: "^(app|components|lib|server)",
          pathNot: [
            "^lib/offers/",
            "^lib/federation/offers/",
            "^lib/tools/runtimes/offer\\.ts$",
            test,
          ],
        },
        to: { path: crossing },
      },
    ),
    forbid(
      "other-tenants-are-minted-there",
      "The other tenant's id comes of the two rows of an offer, which the crossing alone reads.",
      {
        from: { path: "^(app|components|lib|server)", pathNot: [crossing, test] },
        to: { path: "^lib/auth/other-tenant\\.ts$" },
      },
    ),
  ];
}

function hygieneRules(): Rule[] {
  return [
    forbid("product-not-to-tooling", "What is shipped does not depend on how it is tested.", {
      from: { path: product },
      to: { path: "^(e2e|bench|scripts)/" },
    }),
    forbid("product-not-to-test-support", "It mints callers and drops databases: tests only.", {
      from: { path: product, pathNot: [test, ...testSupport] },
      to: { path: testSupport },
    }),
    forbid("not-to-test", "A test is a leaf; what two tests share is a module of its own.", {
      from: {},
      to: { path: test },
    }),
    forbid("no-circular", "Modules in a cycle cannot be understood or loaded one at a time.", {
      from: {},
      to: { circular: true },
    }),
    forbid("not-to-unresolvable", "An import that cannot be followed escapes every other rule.", {
      from: {},
      to: { couldNotResolve: true },
    }),
    forbid("no-orphans", "A module that nothing uses and that uses nothing is dead code.", {
      from: {
        orphan: true,
        pathNot: [
          "\\.d\\.ts$",
          "^[^/]+\\.config\\.(ts|mjs)$",
          "^bench/next-echo/",
          "^app/.*\\b(page|layout|loading|error|not-found|template|default|robots|manifest)\\.tsx?$",
        ],
      },
      to: {},
    }),
  ];
}

/** Every rule on who may import whom, in dependency-cruiser's form. */
export const forbidden: Rule[] = [
  ...tierRules(),
  ...tableRules(),
  ...layerRules(),
  ...browserRules(),
  ...frameworkRules(),
  ...offerRules(),
  ...hygieneRules(),
];

/** How modules are found: package.json's `#…` imports, `.ts` extensions, type-only imports too. */
export const options: ICruiseOptions = {
  doNotFollow: { path: "node_modules" },
  exclude: {
    path: "(^|/)\\.(next|data|git)/|^(coverage|test-results|playwright-report)/|^next-env\\.d\\.ts$",
  },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["import", "require", "node", "default", "types"],
    extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".d.ts"],
  },
};
