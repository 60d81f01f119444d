import { memoryPulls } from "./memory.ts";
import type { PulledKind } from "./pulled-kind.ts";
import type { PullKind } from "./schema.ts";
import { toolPulls } from "./tools.ts";

export const pulledKinds: Record<PullKind, PulledKind> = {
  memory: memoryPulls,
  tools: toolPulls,
};
