"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";

interface Grant {
  description: string;
  any_tool: boolean;
  tools: string;
}

/** What a secret is for, and who may use it. */
export function GrantFields() {
  const { control } = useFormContext<Grant>();
  const anyTool = useWatch({ control, name: "any_tool" });
  return (
    <>
      <TextField
        {...{ control }}
        name="description"
        label="Description"
        placeholder="Whose it is, and where it was made"
        autoComplete="off"
      />
      <SwitchField
        {...{ control }}
        name="any_tool"
        label="Any tool that names it"
        description="Off: only the tools that you list."
      />
      {!anyTool && (
        <TextareaField
          {...{ control }}
          name="tools"
          label="Tools"
          description="Their ids, one a line; none: no tool may use it."
        />
      )}
    </>
  );
}
