import { env } from "#lib/core/env.ts";
import type { FieldError } from "#lib/core/errors.ts";
import type { CodeConfig } from "../config/code-config.ts";

/** What one call of a code tool may use. */
export interface SandboxLimits {
  wallMs: number;
  cpuMs: number;
  memoryBytes: number;
  outputBytes: number;
}

/** What a tool has that says nothing of its limits. */
const usual = { wall_ms: 10_000, cpu_ms: 1_000, memory_mb: 32, output_bytes: 1024 * 1024 };

type Name = keyof typeof usual;

function ceilings(): Record<Name, number> {
  const own = env();
  return {
    wall_ms: own.TAUSESTACK_SANDBOX_WALL_MS,
    cpu_ms: own.TAUSESTACK_SANDBOX_CPU_MS,
    memory_mb: own.TAUSESTACK_SANDBOX_MEMORY_MB,
    output_bytes: own.TAUSESTACK_SANDBOX_OUTPUT_BYTES,
  };
}

/** What a tool asked for or what is usual, never more than the operator's ceilings. */
export function limitsOf({ limits }: Pick<CodeConfig, "limits">): SandboxLimits {
  const most = ceilings();
  const of = (name: Name) => Math.min(limits[name] ?? usual[name], most[name]);
  return {
    wallMs: of("wall_ms"),
    cpuMs: of("cpu_ms"),
    memoryBytes: of("memory_mb") * 1024 * 1024,
    outputBytes: of("output_bytes"),
  };
}

/** Which limits ask for more than this deployment gives, as pointers into the config. */
export function limitMistakes({ limits }: Pick<CodeConfig, "limits">): FieldError[] {
  const most = ceilings();
  return (Object.keys(most) as Name[])
    .filter((name) => (limits[name] ?? 0) > most[name])
    .map((name) => ({
      pointer: `/limits/${name}`,
      message: `must be at most ${most[name]} in this deployment`,
    }));
}
