"use client";

import type { ComponentType } from "react";
import { AiFields } from "./ai-fields.tsx";
import { CodeFields } from "./code-fields.tsx";
import { HttpFields } from "./http-fields.tsx";
import { InternalFields } from "./internal-fields.tsx";
import type { FormKind } from "./kind-forms.ts";

/** The cards of each kind of runtime. */
export const kindFields = {
  http: HttpFields,
  code: CodeFields,
  ai: AiFields,
  internal: InternalFields,
  none: () => null,
} satisfies Record<FormKind, ComponentType>;
