import { z } from "zod";

const last = Date.UTC(9999, 11, 31);

/** A moment, ISO 8601 with its zone, that PostgreSQL and JavaScript both have, in whatever zone. */
export function moment(example = "") {
  return z.iso
    .datetime({ offset: true, abort: true, error: `must be an ISO 8601 time${example}` })
    .refine((text) => {
      const time = Date.parse(text);
      return time >= 0 && time <= last;
    }, "must be in the years 1970 to 9999");
}
