import { z } from "zod";
import {
  type PutSecretInput,
  putSecretInput,
  type Secret,
  secretName,
} from "#lib/secrets/schema.ts";

const value = putSecretInput.shape.value.unwrap();

const grant = {
  description: z.string(),
  any_tool: z.boolean(),
  tools: z.string(),
};

function toGrant({ description, any_tool, tools }: z.output<z.ZodObject<typeof grant>>) {
  const ids = tools.split(/[\s,]+/).filter((id) => id !== "");
  return { description: description.trim(), allowed_tools: any_tool ? null : [...new Set(ids)] };
}

/** Tells the API's own complaints at the field that each is about. */
function complain(input: PutSecretInput, context: z.RefinementCtx): void {
  for (const { path, message } of putSecretInput.safeParse(input).error?.issues ?? []) {
    const isTools = path[0] === "allowed_tools";
    const text = isTools && path.length > 1 ? `Line ${Number(path[1]) + 1} ${message}` : message;
    context.addIssue({ code: "custom", path: isTools ? ["tools"] : path, message: text });
  }
}

/** A new secret as the form has it → its name and the API's input. */
export const newSecretForm = z
  .object({ name: z.string().trim().pipe(secretName), value, ...grant })
  .transform(({ name, value, ...rest }, context) => {
    const input: PutSecretInput = { value, ...toGrant(rest) };
    complain(input, context);
    return { name, input };
  });

export const newSecretValues: z.input<typeof newSecretForm> = {
  ...{ name: "", value: "", description: "", any_tool: true, tools: "" },
};

/** What may be changed of a secret but its value. */
export const editSecretForm = z.object(grant).transform((values, context): PutSecretInput => {
  const input = toGrant(values);
  complain(input, context);
  return input;
});

export function toSecretValues(
  secret: Pick<Secret, "description" | "allowed_tools">,
): z.input<typeof editSecretForm> {
  const { description, allowed_tools } = secret;
  return { description, any_tool: allowed_tools === null, tools: (allowed_tools ?? []).join("\n") };
}

export const rotateSecretForm = z.object({ value });
