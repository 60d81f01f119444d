import { z } from "zod";
import { connectionForm } from "./connection-form.ts";

export const folderForm = connectionForm({
  about:
    "A folder of this server needs none: its files count against the tenant's storage, and its address file:///… is within the tenant's own.",
  fields: z.object({}),
  toFields: () => ({}),
  toConnection: () => ({}),
});
