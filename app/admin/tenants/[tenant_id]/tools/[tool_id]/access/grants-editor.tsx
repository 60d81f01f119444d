"use client";

import { Trash2, UserPlus } from "lucide-react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { deleteGrants, putGrants } from "#lib/client/governance.ts";
import { useChange } from "#lib/client/use-change.ts";
import { grantableRoles } from "#lib/core/permissions.ts";
import { granteeTypes, type ToolGrantsView } from "#lib/tools/governance/schema.ts";

type Grantee = Pick<ToolGrantsView["grants"][number], "type" | "id">;

const words: Record<Grantee["type"], string> = {
  key: "Key",
  agent: "Agent",
  role: "Role",
  member: "Member",
  app: "App",
};

const hints: Record<Grantee["type"], string> = {
  key: "Its id, key_…; a key that it is rotated to has the grant too.",
  agent: "The agent id that keys are made with.",
  role: `One of ${grantableRoles.join(", ")}.`,
  member: "Their id, usr_…; applications that act for them have the grant too.",
  app: "The id of the connection, app_….",
};

const schema = z.object({
  type: z.enum(granteeTypes),
  id: z.string().trim().min(1, "Enter an id."),
});

type GrantsEditorProps = { tenantId: string; toolId: string; grants: Grantee[] };

/** Anyone of the tenant, or only these: the first one that is added keeps everybody else out. */
export function GrantsEditor({ tenantId, toolId, grants }: GrantsEditorProps) {
  const form = useZodForm(schema, { type: "key", id: "" });
  const change = useChange((next: Grantee[]) =>
    next.length === 0
      ? deleteGrants(tenantId, toolId)
      : putGrants(tenantId, toolId, { grants: next }),
  );

  async function add(grantee: Grantee): Promise<FormFailure | undefined> {
    try {
      await change.mutateAsync([...grants, grantee]);
      form.reset();
      toast.success("The grant is saved");
      return undefined;
    } catch (error) {
      const { detail } = toFailure(error);
      return { detail };
    }
  }

  const remove = (grantee: Grantee) =>
    change.mutate(
      grants.filter((each) => each !== grantee),
      { onError: (error) => toast.error(messageOf(error)) },
    );
  return (
    <Card>
      <CardHeader>
        <CardTitle>Who may call it</CardTitle>
        <CardDescription>
          {grants.length === 0
            ? "Anyone of the tenant who may call tools. The first grant keeps everybody else out."
            : "Only these. To everybody else, operators included, the tool is not there."}
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {grants.length > 0 && (
          <ul aria-label="Grants" className="flex flex-col divide-y rounded-md border">
            {grants.map((grantee) => (
              <li
                key={`${grantee.type}:${grantee.id}`}
                className="flex items-center justify-between gap-3 px-3 py-1.5"
              >
                <span className="flex min-w-0 items-center gap-2">
                  <Badge>{words[grantee.type]}</Badge>
                  <code className="truncate font-mono text-xs" title={grantee.id}>
                    {grantee.id}
                  </code>
                </span>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  disabled={change.isPending}
                  aria-label={`Remove ${words[grantee.type].toLowerCase()} ${grantee.id}`}
                  title={grants.length === 1 ? "Opens the tool to the whole tenant" : undefined}
                  onClick={() => remove(grantee)}
                >
                  <Trash2 aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Form form={form} onSubmit={add}>
          <div className="grid items-start gap-3 sm:grid-cols-[8rem_1fr]">
            <SelectField
              control={form.control}
              name="type"
              label="Grant to"
              options={granteeTypes.map((type) => ({ value: type, label: words[type] }))}
            />
            <TextField
              control={form.control}
              name="id"
              label="Id"
              mono
              autoComplete="off"
              description={hints[form.watch("type") as Grantee["type"]]}
            />
          </div>
          <SubmitButton variant="outline" size="sm" className="self-start">
            <UserPlus aria-hidden /> Add grant
          </SubmitButton>
        </Form>
      </CardContent>
    </Card>
  );
}
