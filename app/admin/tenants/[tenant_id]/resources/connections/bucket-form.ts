import { z } from "zod";
import { connectionForm, filled, textOf } from "./connection-form.ts";

const text = z.string().trim();

export const bucketForm = connectionForm({
  about:
    "Where the bucket is, and the keys to it. Which bucket, and the prefix that all of its files have, stands in the address: s3://bucket/prefix.",
  fields: z.object({
    endpoint: text,
    region: text,
    path_style: z.boolean(),
    access_key_id_secret: text,
    secret_access_key_secret: text,
  }),
  toFields: (connection) => ({
    endpoint: textOf(connection.endpoint),
    region: textOf(connection.region),
    path_style: connection.path_style === true,
    access_key_id_secret: textOf(connection.access_key_id_secret),
    secret_access_key_secret: textOf(connection.secret_access_key_secret),
  }),
  toConnection: ({ path_style, ...texts }) =>
    filled({ ...texts, ...(path_style ? { path_style } : {}) }),
});
