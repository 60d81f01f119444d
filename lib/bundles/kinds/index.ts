import type { BundleKind } from "../schema.ts";
import type { KindAdapter } from "./kind.ts";
import { prompts } from "./prompts.ts";
import { resources } from "./resources.ts";
import { tools } from "./tools.ts";

/** The kinds of items that bundles hold, in the order that they are written. */
export const kindAdapters = { tools, prompts, resources } satisfies Record<BundleKind, KindAdapter>;
