import { z } from "zod";
import { MalformedAnswer } from "../chat.ts";

const page = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

const most = 500;

/** The names in a list of models, which both dialects write alike. Throws `MalformedAnswer`. */
export function modelList(answer: unknown): string[] {
  const read = page.safeParse(answer);
  if (!read.success) throw new MalformedAnswer("it is no list of models");
  return read.data.data.slice(0, most).map(({ id }) => id.slice(0, 200));
}
