import type { JsonObject } from "#lib/core/json.ts";
import type { RegisterMemoryInput } from "#lib/memory/schema.ts";
import type { CreatePromptInput } from "#lib/prompts/schema.ts";
import type { RegisterResourceInput } from "#lib/resources/schema.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";
import type { RegisterToolInput } from "#lib/tools/schema.ts";

interface About {
  name: string;
  /** What people read in the place of the name. */
  title: string;
  description: string;
  /** What agents are told of its effects. */
  annotations: NonNullable<RegisterToolInput["annotations"]>;
  /** Input schema, in either dialect. */
  parameters: JsonObject;
  /** Arguments of a call that succeeds. */
  example: JsonObject;
}

/** A dynamic tool of the demo: an HTTP tool whose endpoint is the demo's own upstream. */
export interface DemoTool extends About {
  /** Where on the upstream it stands: `/analytics`. */
  path: string;
}

/** A tool that the tenant's developers made. */
export interface DevelopedTool extends About {
  /** Where on the upstream it stands; null: its config has the whole of it. */
  path: string | null;
  config: JsonObject;
}

export interface DemoSecret {
  name: string;
  value: string;
  description: string;
}

/** One tenant of the demo and everything it starts with. */
export interface DemoTenant {
  config: ConfigureTenantInput;
  memories: readonly RegisterMemoryInput[];
  tools: readonly DemoTool[];
  secrets: readonly DemoSecret[];
  developed: readonly DevelopedTool[];
  resources: readonly RegisterResourceInput[];
  prompts: readonly CreatePromptInput[];
}
