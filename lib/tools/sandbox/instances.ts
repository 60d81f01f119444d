import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";

/** A larger one goes with its call: WebAssembly memory never shrinks. */
const largestKept = 48 * 1024 * 1024;

const file = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
const compiled = WebAssembly.compile(readFileSync(file));

async function create(): Promise<QuickJSWASMModule> {
  return newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule: await compiled }));
}

/**
 * QuickJS with a memory of its own. One that ended a call well serves its tenant's next one, in a
 * fresh runtime; another tenant never gets it, so that even a flaw of QuickJS shows it nothing.
 */
export class Instances {
  #kept: { tenantId: string; instance: QuickJSWASMModule } | null = null;
  #spare: Promise<QuickJSWASMModule> | null = create();

  async take(tenantId: string): Promise<QuickJSWASMModule> {
    const kept = this.#kept;
    this.#kept = null;
    if (kept?.tenantId === tenantId) return kept.instance;
    const spare = this.#spare ?? create();
    this.#spare = null;
    return spare;
  }

  /** After a call that ended well and left nothing behind in `instance`. */
  giveBack(tenantId: string, instance: QuickJSWASMModule): void {
    const size = instance.getWasmMemory().buffer.byteLength;
    if (size <= largestKept) this.#kept = { tenantId, instance };
  }

  /** Between two calls, so that the next tenant's does not wait for it. */
  prepare(): void {
    this.#spare ??= create();
  }
}
