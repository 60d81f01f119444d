"use client";

import { useId } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Label } from "#components/ui/label.tsx";
import { Switch } from "#components/ui/switch.tsx";
import type { ImportPreview, SecurityScheme } from "#lib/tools/import/openapi/schema.ts";
import type { ImportForm } from "./import-input.ts";
import { PlainField } from "./plain-field.tsx";

type TargetCardProps = {
  preview: ImportPreview;
  form: ImportForm;
  onChange: (change: Partial<ImportForm>) => void;
};

const kinds: Record<SecurityScheme["kind"], string> = {
  bearer: "Bearer token",
  basic: "User and password",
  api_key: "API key",
  client_credentials: "OAuth client credentials",
  unsupported: "Not supported",
};

const noCredential = { secret: "", username: "", scope: "" };

/** Where the tools call, and the secrets that they take for it. */
export function TargetCard({ preview, form, onChange }: TargetCardProps) {
  const id = useId();
  const used = new Set(preview.operations.flatMap(({ schemes }) => schemes));
  const schemes = preview.schemes.filter(({ name }) => used.has(name));
  const [server] = preview.servers;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Server and credentials</CardTitle>
        <CardDescription>
          Secrets are named, not typed in: the tools take their values at each call.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
        <PlainField
          label="Server"
          description={
            preview.servers.length > 1
              ? `The description has ${preview.servers.length}: ${preview.servers.map(({ url }) => url).join(", ")}`
              : "Empty: as the description says."
          }
          placeholder={server?.url ?? "https://api.example.com"}
          value={form.serverUrl}
          onValueChange={(serverUrl) => onChange({ serverUrl })}
          mono
          className="sm:col-span-2"
        />
        {schemes.map((scheme) => (
          <SchemeFields
            key={scheme.name}
            scheme={scheme}
            credential={form.credentials[scheme.name] ?? noCredential}
            onChange={(credential) =>
              onChange({ credentials: { ...form.credentials, [scheme.name]: credential } })
            }
          />
        ))}
        <div className="flex items-start gap-3 sm:col-span-2">
          <Switch
            id={id}
            checked={form.outputSchemas}
            onCheckedChange={(outputSchemas) => onChange({ outputSchemas })}
          />
          <div className="flex flex-col gap-1">
            <Label htmlFor={id}>Check answers</Label>
            <p className="text-muted-foreground text-xs">
              An answer that does not fit the description's schema fails the call.
            </p>
          </div>
        </div>
      </CardContent>
    </Card>
  );
}

type Credential = ImportForm["credentials"][string];

type SchemeFieldsProps = {
  scheme: SecurityScheme;
  credential: Credential;
  onChange: (credential: Credential) => void;
};

function SchemeFields({ scheme, credential, onChange }: SchemeFieldsProps) {
  const { name, kind, note } = scheme;
  const set = (part: Partial<Credential>) => onChange({ ...credential, ...part });
  const isClient = kind === "client_credentials";
  return (
    <fieldset className="flex min-w-0 flex-col gap-4 rounded-lg border p-4 sm:col-span-2">
      <legend className="flex flex-wrap items-center gap-2 px-1 font-medium text-sm">
        {name} <Badge>{kinds[kind]}</Badge>
      </legend>
      {note !== null && <p className="text-muted-foreground text-xs">{note}</p>}
      {kind !== "unsupported" && (
        <div className="grid gap-4 sm:grid-cols-3">
          <PlainField
            label="Secret"
            aria-label={`Secret for ${name}`}
            description="Name of the tenant's secret. Empty: called without."
            mono
            value={credential.secret}
            onValueChange={(secret) => set({ secret })}
          />
          {(kind === "basic" || isClient) && (
            <PlainField
              label={isClient ? "Client id" : "User name"}
              value={credential.username}
              onValueChange={(username) => set({ username })}
            />
          )}
          {isClient && (
            <PlainField
              label="Scope"
              value={credential.scope}
              onValueChange={(scope) => set({ scope })}
            />
          )}
        </div>
      )}
    </fieldset>
  );
}
