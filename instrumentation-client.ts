import { config } from "zod/v4/core";

// zod would try `new Function` when the first schema is made, which the pages' CSP forbids and reports.
config({ jitless: true });
