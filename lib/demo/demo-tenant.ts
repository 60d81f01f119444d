import type { JsonObject } from "#lib/core/json.ts";
import type { RegisterMemoryInput } from "#lib/memory/schema.ts";
import type { CreatePromptInput } from "#lib/prompts/schema.ts";
import type { RegisterResourceInput } from "#lib/resources/schema.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";
import type { RegisterToolInput } from "#lib/tools/schema.ts";

/** A dynamic tool of the demo: an HTTP tool whose endpoint is the demo's own upstream. */
export interface DemoTool {
  name: string;
  /** What people read in the place of the name. */
  title: string;
  description: string;
  /** What agents are told of its effects. */
  annotations: NonNullable<RegisterToolInput["annotations"]>;
  /** Input schema, in either dialect. */
  parameters: JsonObject;
  /** Where on the upstream it stands: `/analytics`. */
  path: string;
  /** Arguments of a call that succeeds. */
  example: JsonObject;
}

/** One tenant of the demo and everything it starts with. */
export interface DemoTenant {
  config: ConfigureTenantInput;
  memories: readonly RegisterMemoryInput[];
  tools: readonly DemoTool[];
  resources: readonly RegisterResourceInput[];
  prompts: readonly CreatePromptInput[];
}
