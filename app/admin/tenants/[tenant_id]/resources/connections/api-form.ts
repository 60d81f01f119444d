import { z } from "zod";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { connectionForm, filled, numberOf, textOf } from "./connection-form.ts";

export const authTypes = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "basic", label: "User and password" },
  { value: "header", label: "A header" },
] as const;

/** Whether the list of paths is in force: without one everything may be asked. */
export const allowModes = [
  { value: "all", label: "Every path and method" },
  { value: "listed", label: "What is listed alone" },
] as const;

export const deployMethods = ["POST", "PUT", "PATCH"] as const;

const text = z.string().trim();

const auth = z.object({
  type: z.enum(authTypes.map(({ value }) => value)),
  secret: text,
  username: text,
  name: text,
});

function toAuth(value: unknown): z.input<typeof auth> {
  const given = isJsonObject(value) ? value : {};
  return {
    type: authTypes.find((each) => each.value === given.type)?.value ?? "none",
    secret: textOf(given.secret ?? given.password_secret),
    username: textOf(given.username),
    name: textOf(given.name),
  };
}

function authOf({ type, secret, username, name }: z.output<typeof auth>): JsonObject | null {
  switch (type) {
    case "none":
      return null;
    case "bearer":
      return { type, secret };
    case "basic":
      return { type, username, password_secret: secret };
    case "header":
      return { type, name, secret };
  }
}

/** A path and the methods that it is asked by, with commas between; none: all. */
const rule = z.object({ key: text, value: text });

function toRule(given: unknown): z.input<typeof rule> {
  const { path, methods } = isJsonObject(given) ? given : {};
  return { key: textOf(path), value: Array.isArray(methods) ? methods.join(", ") : "" };
}

function ruleOf({ key: path, value }: z.output<typeof rule>): JsonObject {
  const methods = value.split(/[\s,]+/).filter((word) => word !== "");
  return {
    path,
    ...(methods.length > 0 ? { methods: methods.map((word) => word.toUpperCase()) } : {}),
  };
}

const body = z.string().transform((given, context): { value?: unknown } => {
  if (given.trim() === "") return {};
  try {
    return { value: JSON.parse(given) };
  } catch {
    context.addIssue({ code: "custom", message: "Not valid JSON." });
    return z.NEVER;
  }
});

export const apiForm = connectionForm({
  about: "How requests sign in, and what may be asked below the address.",
  fields: z.object({
    auth,
    allow_mode: z.enum(allowModes.map(({ value }) => value)),
    allow: z.array(rule),
    deployment: z.object({ path: text, method: z.enum(deployMethods), body }),
    timeout_ms: z.number().nullable(),
  }),
  toFields: ({ auth, allow, deployment, timeout_ms }) => {
    const declared = isJsonObject(deployment) ? deployment : {};
    return {
      auth: toAuth(auth),
      allow_mode: Array.isArray(allow) ? ("listed" as const) : ("all" as const),
      allow: Array.isArray(allow) ? allow.map(toRule) : [],
      deployment: {
        path: textOf(declared.path),
        method: deployMethods.find((method) => method === declared.method) ?? "POST",
        body: Object.hasOwn(declared, "body") ? JSON.stringify(declared.body, null, 2) : "",
      },
      timeout_ms: numberOf(timeout_ms),
    };
  },
  toConnection: ({ auth, allow_mode, allow, deployment: { path, method, body }, timeout_ms }) =>
    filled({
      auth: authOf(auth),
      allow:
        allow_mode === "listed"
          ? allow.filter(({ key, value }) => key + value !== "").map(ruleOf)
          : null,
      deployment:
        path === ""
          ? null
          : {
              ...(method === "POST" ? {} : { method }),
              path,
              ...("value" in body ? { body: body.value } : {}),
            },
      timeout_ms,
    }),
  fieldAt([key, ...rest]) {
    if (key === "auth") {
      const [name = "type"] = rest;
      return ["auth", name === "password_secret" ? "secret" : name];
    }
    if (key !== "allow") return [key ?? "timeout_ms", ...rest];
    const [index, name] = rest;
    return index === undefined ? ["allow"] : ["allow", index, name === "methods" ? "value" : "key"];
  },
});
