"use client";

import { useState } from "react";
import { NewKeyDialog } from "#components/keys/new-key-dialog.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "#components/ui/tabs.tsx";
import type { TenantPermission } from "#lib/core/permissions.ts";
import { clients, type Step, serverName } from "./client-config.ts";

const placeholder = "<API key>";
const ways = [
  { value: "key", label: "API key" },
  { value: "oauth", label: "OAuth" },
] as const;

type ConnectGuideProps = {
  tenantId: string;
  /** The tenant's own MCP address. */
  url: string;
  /** What the person's keys may do; empty when they may make none. */
  grantable: readonly TenantPermission[];
};

/** What to do in each client, with an API key or with a sign-in. */
export function ConnectGuide({ tenantId, url, grantable }: ConnectGuideProps) {
  const [way, setWay] = useState<"key" | "oauth">("key");
  const [client, setClient] = useState<string>(clients[0].id);
  // Kept while the page is open, and nowhere else.
  const [made, setMade] = useState<string | null>(null);
  const key = way === "key" ? (made ?? placeholder) : null;
  const connection = { name: serverName(tenantId), url, key };

  return (
    <Card>
      <CardHeader>
        <CardTitle>In a client</CardTitle>
        <CardDescription>
          {way === "key"
            ? "A key suits programs and clients of your own. Whoever has it may do what it may."
            : "With OAuth each person signs in and allows the client what it asks for, and can disconnect it later."}
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Segmented
            label="How the client proves itself"
            options={ways}
            value={way}
            onValueChange={setWay}
          />
          {way === "key" && grantable.length > 0 && (
            <NewKeyDialog
              owner={{ tenantId }}
              grantable={grantable}
              onCreated={({ key: text }) => setMade(text)}
            />
          )}
        </div>
        {way === "key" && (
          <p className="text-[0.8125rem] text-muted-foreground" role="status">
            {made === null
              ? `Put a key of the tenant in the place of ${placeholder}.`
              : "The key that you just made is filled in. It is gone when you leave this page."}
          </p>
        )}
        <Tabs value={client} onValueChange={setClient} className="flex flex-col gap-4">
          <TabsList aria-label="Clients">
            {clients.map(({ id, label }) => (
              <TabsTrigger key={id} value={id}>
                {label}
              </TabsTrigger>
            ))}
          </TabsList>
          {clients.map(({ id, steps }) => (
            <TabsContent key={id} value={id}>
              <Steps steps={steps(connection)} />
            </TabsContent>
          ))}
        </Tabs>
      </CardContent>
    </Card>
  );
}

function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol className="flex flex-col gap-4">
      {steps.map(({ text, what, code }) => (
        <li key={text} className="flex flex-col gap-2">
          <p className="text-sm">{text}</p>
          {code !== undefined && what !== undefined && <CodeBlock code={code} what={what} />}
        </li>
      ))}
    </ol>
  );
}
