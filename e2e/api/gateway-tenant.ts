import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import postgres from "postgres";
import { inject } from "vitest";
import { type NewTenant, newTenant } from "./client.ts";

/** A tenant whose gateway reaches servers of the test, and the vendors' own clients of it. */
export interface GatewayTenant extends NewTenant {
  openai: OpenAI;
  anthropic: Anthropic;
  ledger(): Promise<LedgerRow[]>;
}

export interface LedgerRow {
  name: string;
  provider: string;
  model: string;
  status: string;
  error_code: string;
  tokens_in: number;
  tokens_out: number;
  tokens_cached: number;
  cost_micros: number | null;
  estimated: boolean;
  price_id: string | null;
}

const prices = { m: { input_micros: 1_000_000, output_micros: 2_000_000 } };

/** An entry of `ai_providers` at a server of the test; its model `m` costs a micro-unit a token. */
export function provider(name: string, type: "openai" | "anthropic", url: string) {
  const base_url = type === "openai" ? `${url}/v1` : url;
  const models = { alias: "m" };
  return { ...{ name, type, base_url, models, prices }, api_key: `provider-key-of-${name}` };
}

/** The vendors' clients as a caller would make them: an address and a key. */
export function clientsOf(key: string, url: string = inject("serverUrl")) {
  return {
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 }),
  };
}

export async function gatewayTenant(
  ai_providers: unknown[],
  config: Record<string, unknown> = {},
): Promise<GatewayTenant> {
  const tenant = await newTenant({ ai_providers, ...config });
  return {
    ...tenant,
    ...clientsOf(tenant.key),
    async ledger() {
      const sql = postgres(inject("databaseUrl"), { max: 1 });
      try {
        return await sql<LedgerRow[]>`
          select name, provider, model, status, error_code, tokens_in::int, tokens_out::int,
            tokens_cached::int, cost_micros::int, estimated, price_id
          from usage_events where tenant_id = ${tenant.tenantId} and kind = 'ai_call' order by at`;
      } finally {
        await sql.end();
      }
    },
  };
}
