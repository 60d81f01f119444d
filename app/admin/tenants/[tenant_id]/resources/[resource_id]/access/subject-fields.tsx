"use client";

import { type Control, type FieldPath, type FieldValues, useWatch } from "react-hook-form";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import type { SelectOption } from "#components/ui/select.tsx";
import { type SubjectType, subjectTypes } from "#lib/resources/access/schema.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { anotherId } from "./subject-form.ts";
import { subjectHints, subjectWords } from "./subjects.ts";

type SubjectFieldsProps<I extends FieldValues, O> = {
  /** Of a form with the values of `subject-form.ts`. */
  control: Control<I, unknown, O>;
  options: SubjectOptions;
  label: string;
  /** What else than a subject can be chosen, first in the list. */
  before?: readonly SelectOption[];
};

/** Who: of what kind, and which one of those that there are, or by an id. */
export function SubjectFields<I extends FieldValues, O>({
  control,
  options,
  label,
  before = [],
}: SubjectFieldsProps<I, O>) {
  const name = (field: string) => field as FieldPath<I>;
  const [type, id] = useWatch({ control, name: [name("type"), name("id")] });
  const known = subjectTypes.find((each) => each === type) as SubjectType | undefined;
  const kinds = subjectTypes.map((each) => ({ value: each, label: subjectWords[each] }));
  const mayBeOther = known !== "role";
  const choices = known === undefined ? [] : options[known];
  return (
    <>
      <div className="grid items-start gap-x-3 gap-y-5 sm:grid-cols-[8rem_1fr]">
        <SelectField {...{ control, label }} name={name("type")} options={[...before, ...kinds]} />
        {known !== undefined && choices.length > 0 && (
          <SelectField
            {...{ control }}
            name={name("id")}
            label={`Which ${subjectWords[known].toLowerCase()}`}
            description={subjectHints[known]}
            options={
              mayBeOther
                ? [...choices, { value: anotherId, label: "Another one, by its id" }]
                : choices
            }
          />
        )}
        {known !== undefined && choices.length === 0 && (
          <IdField {...{ control }} name={name("other")} type={known} />
        )}
      </div>
      {known !== undefined && choices.length > 0 && mayBeOther && id === anotherId && (
        <IdField {...{ control }} name={name("other")} type={known} />
      )}
    </>
  );
}

type IdFieldProps<I extends FieldValues, O> = {
  control: Control<I, unknown, O>;
  name: FieldPath<I>;
  type: SubjectType;
};

const forms: Record<SubjectType, string> = {
  role: "",
  member: "usr_…",
  key: "key_…",
  agent: "billing-bot",
  client: "app_… or a client_id",
};

function IdField<I extends FieldValues, O>({ control, name, type }: IdFieldProps<I, O>) {
  return (
    <TextField
      {...{ control, name }}
      label={`${subjectWords[type]} id`}
      description={subjectHints[type]}
      placeholder={forms[type]}
      mono
      autoComplete="off"
    />
  );
}
