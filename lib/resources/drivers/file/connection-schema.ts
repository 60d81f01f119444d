import { z } from "zod";
import { secretName } from "#lib/secrets/schema.ts";

/** How a bucket `s3://bucket/prefix` is reached; its keys are secrets of the tenant. */
export const bucketConnection = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// address" })
    .refine((text) => {
      const url = URL.parse(text);
      return url !== null && url.username + url.password + url.search + url.hash === "";
    }, "must be an address without user, password, query and fragment")
    .optional()
    .meta({ description: "Absent: Amazon's own, of the region." }),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "must be a region such as eu-west-1")
    .default("us-east-1"),
  path_style: z.boolean().default(false).meta({
    description:
      "The bucket's name stands in the path, as most servers other than Amazon's want it.",
  }),
  access_key_id_secret: secretName,
  secret_access_key_secret: secretName,
});

export type BucketConnection = z.output<typeof bucketConnection>;
