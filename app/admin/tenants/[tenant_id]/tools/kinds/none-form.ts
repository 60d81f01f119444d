import { z } from "zod";
import { kindForm } from "./kind-form.ts";

/** A tool that is known but does not run, and every one that the form has no fields for. */
export const noneForm = kindForm({
  label: "Nothing yet",
  about: "Registered, but not offered to agents",
  keys: [],
  fields: z.object({}),
  toFields: () => ({}),
  toConfig: () => ({}),
  fieldAt: () => [],
});
