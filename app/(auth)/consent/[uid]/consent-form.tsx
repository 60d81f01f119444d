"use client";

import { signOut } from "next-auth/react";
import { useId, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import { Select } from "#components/ui/select.tsx";
import type { TenantChoice } from "#lib/oauth/consent.ts";
import type { OAuthScope } from "#lib/oauth/scopes.ts";
import { ScopeList } from "./scope-list.tsx";

type ConsentFormProps = {
  uid: string;
  /** Whom the page was made for; the server refuses the answer of another account. */
  account: string;
  choices: TenantChoice[];
  asked: OAuthScope[];
  /** The tenant that the address of the resource names. */
  fixedTenant: string | null;
  /** Any tenant may be typed; `choices` are suggestions. */
  typed: boolean;
  /** What was chosen before the page came back with a problem. */
  wished: string;
};

/** A plain form: the browser itself must follow the answer to the application. */
export function ConsentForm(props: ConsentFormProps) {
  const { uid, account, choices, asked, fixedTenant, typed, wished } = props;
  const [first] = choices;
  const known = choices.some(({ tenantId }) => tenantId === wished);
  const preset = typed && choices.length !== 1 ? "" : (first?.tenantId ?? "");
  const [tenant, setTenant] = useState(known || typed ? wished || preset : preset);
  const choice = choices.find(({ tenantId }) => tenantId === tenant);
  const scopes = typed ? asked : (choice?.scopes ?? []);
  const nowhere = !typed && choices.length === 0;

  return (
    <form method="post" action={`/consent/${uid}`} className="flex flex-col gap-5">
      <input type="hidden" name="account" value={account} />
      {nowhere ? (
        <p className="text-sm">
          {fixedTenant === null
            ? "You belong to no tenant yet, so there is nothing to connect it to."
            : `You cannot connect anything to the tenant “${fixedTenant}”: it does not exist, or you do not belong to it.`}
        </p>
      ) : (
        <>
          <TenantField
            {...{ choices, typed, tenant, setTenant }}
            fixed={fixedTenant === null ? null : (first ?? null)}
          />
          <ScopeList key={tenant} scopes={scopes} all={asked} />
        </>
      )}
      {/* Allow stands first for the Enter key, which takes a form's first button. */}
      <div className="flex flex-row-reverse gap-3">
        {!nowhere && (
          <Button
            type="submit"
            name="action"
            value="allow"
            className="flex-1"
            disabled={scopes.length === 0 || tenant.trim() === ""}
          >
            Allow
          </Button>
        )}
        <Button type="submit" name="action" value="deny" variant="outline" className="flex-1">
          Deny
        </Button>
      </div>
      <p className="text-center text-muted-foreground text-xs">
        Not you?{" "}
        <Button
          variant="link"
          size="inline"
          className="text-xs"
          onClick={() => void signOut({ callbackUrl: `/consent/${uid}` })}
        >
          Use another account
        </Button>
      </p>
    </form>
  );
}

type TenantFieldProps = {
  choices: TenantChoice[];
  typed: boolean;
  tenant: string;
  setTenant(tenant: string): void;
  fixed: TenantChoice | null;
};

function TenantField({ choices, typed, tenant, setTenant, fixed }: TenantFieldProps) {
  const id = useId();
  const only = fixed ?? (!typed && choices.length === 1 ? choices[0] : undefined);
  if (only) {
    return (
      <div className="flex flex-col gap-1">
        <input type="hidden" name="tenant_id" value={only.tenantId} />
        <p className="font-medium text-[0.8125rem]">Tenant</p>
        <p className="text-sm [overflow-wrap:anywhere]">
          {only.name} <code className="text-muted-foreground text-xs">{only.tenantId}</code>
        </p>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <Label htmlFor={id}>Tenant</Label>
      {typed ? (
        <>
          <Input
            id={id}
            name="tenant_id"
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
            list={`${id}-tenants`}
            placeholder="The id of a tenant"
            autoComplete="off"
            spellCheck={false}
            required
          />
          <datalist id={`${id}-tenants`}>
            {choices.map(({ tenantId, name }) => (
              <option key={tenantId} value={tenantId}>
                {name}
              </option>
            ))}
          </datalist>
        </>
      ) : (
        <>
          <input type="hidden" name="tenant_id" value={tenant} />
          <Select
            id={id}
            options={choices.map(({ tenantId, name }) => ({
              value: tenantId,
              label: name,
              description: tenantId,
            }))}
            value={tenant}
            onValueChange={setTenant}
          />
        </>
      )}
    </div>
  );
}
