import { z } from "zod";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { kindForm } from "./kind-form.ts";

const limitNames = ["wall_ms", "cpu_ms", "memory_mb", "output_bytes"] as const;

const limit = z.number().nullable();

const lines = z.string().transform((text) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== ""),
);

const fields = z.object({
  source: z.string(),
  secrets: lines,
  fetch_allow: lines,
  ...{ wall_ms: limit, cpu_ms: limit, memory_mb: limit, output_bytes: limit },
});

export type CodeFormValues = z.input<typeof fields>;

const example = `// args are checked against the parameters below
return { sum: args.a + args.b };
`;

function linesOf(list: unknown): string {
  return Array.isArray(list) ? list.map(String).join("\n") : "";
}

/** A tool that is the tenant's own code. */
export const codeForm = kindForm({
  label: "Code",
  about: "Runs your JavaScript or TypeScript here",
  keys: ["implementation", "limits", "secrets", "fetch_allow"],
  fields,
  toFields({ implementation, limits, secrets, fetch_allow }: JsonObject): CodeFormValues {
    const given = isJsonObject(limits) ? limits : {};
    const limitOf = (name: string) => {
      const value = given[name];
      return typeof value === "number" ? value : null;
    };
    return {
      source: typeof implementation === "string" ? implementation : example,
      secrets: linesOf(secrets),
      fetch_allow: linesOf(fetch_allow),
      wall_ms: limitOf("wall_ms"),
      cpu_ms: limitOf("cpu_ms"),
      memory_mb: limitOf("memory_mb"),
      output_bytes: limitOf("output_bytes"),
    };
  },
  toConfig({ source, secrets, fetch_allow, ...values }: z.output<typeof fields>): JsonObject {
    const set = limitNames.filter((name) => values[name] !== null);
    return {
      implementation: source,
      ...(set.length === 0
        ? {}
        : { limits: Object.fromEntries(set.map((name) => [name, values[name]])) }),
      ...(secrets.length === 0 ? {} : { secrets }),
      ...(fetch_allow.length === 0 ? {} : { fetch_allow }),
    };
  },
  fieldAt([key, name]: readonly PropertyKey[]): PropertyKey[] {
    if (key === "limits") return [limitNames.find((each) => each === name) ?? "wall_ms"];
    return [key === "secrets" || key === "fetch_allow" ? key : "source"];
  },
});
