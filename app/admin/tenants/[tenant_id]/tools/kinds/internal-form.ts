import { z } from "zod";
import { kindForm } from "./kind-form.ts";

const prefix = "internal:";

/** A tool that the platform's own code runs. */
export const internalForm = kindForm({
  label: "Internal",
  about: "Runs a handler of the platform",
  keys: ["implementation"],
  fields: z.object({ handler: z.string().trim() }),
  toFields({ implementation }) {
    const given = typeof implementation === "string" ? implementation : "";
    return { handler: given.startsWith(prefix) ? given.slice(prefix.length) : "" };
  },
  toConfig: ({ handler }) => (handler === "" ? {} : { implementation: `${prefix}${handler}` }),
  fieldAt: () => ["handler"],
});
