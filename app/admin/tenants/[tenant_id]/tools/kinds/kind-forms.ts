import type { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";
import { implementationKind } from "#lib/tools/schema.ts";
import { aiForm } from "./ai-form.ts";
import { codeForm } from "./code-form.ts";
import { httpForm } from "./http-form.ts";
import { internalForm } from "./internal-form.ts";
import { noneForm } from "./none-form.ts";

/** Every kind of runtime that the form can edit; its fields stand in `kind-fields.tsx`. */
export const kindForms = {
  http: httpForm,
  code: codeForm,
  ai: aiForm,
  internal: internalForm,
  none: noneForm,
};

export type FormKind = keyof typeof kindForms;

/** What the form holds for each kind, of which only the chosen one is read. */
export type KindValues = { [K in FormKind]: z.input<(typeof kindForms)[K]["fields"]> };

export const formKinds = Object.keys(kindForms) as [FormKind, ...FormKind[]];

/** Which kind edits a config; what none of them knows stays in the JSON of `none`. */
export function kindOf(config: JsonObject): FormKind {
  const kind = implementationKind(config) ?? "none";
  return Object.hasOwn(kindForms, kind) ? (kind as FormKind) : "none";
}
