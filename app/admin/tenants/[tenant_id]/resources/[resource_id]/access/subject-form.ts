import { z } from "zod";
import {
  type Subject,
  subject as subjectSchema,
  subjectTypes,
} from "#lib/resources/access/schema.ts";
import type { SubjectOptions } from "./load-subjects.ts";

/** Stands for an id that is entered, in the place of one that is chosen. */
export const anotherId = "another";

/** A subject as `SubjectFields` has it: of a kind, chosen or entered. */
export const subjectFields = {
  type: z.enum(subjectTypes),
  id: z.string(),
  other: z.string().trim(),
};

type SubjectValues = { type: Subject["type"]; id: string; other: string };

/** The subject that the fields name, with what is wrong with it told at the field that is seen. */
export function toSubject(
  { type, id, other }: SubjectValues,
  options: SubjectOptions,
  context: z.RefinementCtx,
): Subject {
  const isChosen = options[type].some(({ value }) => value === id);
  const subject = { type, id: isChosen ? id : other };
  const path = isChosen || (options[type].length > 0 && id !== anotherId) ? "id" : "other";
  const issue =
    !isChosen && path === "id"
      ? { message: "Choose one." }
      : subjectSchema.safeParse(subject).error?.issues[0];
  if (issue) context.addIssue({ code: "custom", path: [path], message: issue.message });
  return subject;
}

/** What the fields start with: a subject, or the first kind with nobody chosen. */
export function subjectValues(options: SubjectOptions, subject?: Subject): SubjectValues {
  if (!subject) return { type: "agent", id: "", other: "" };
  const isKnown = options[subject.type].some(({ value }) => value === subject.id);
  return {
    type: subject.type,
    id: isKnown ? subject.id : anotherId,
    other: isKnown ? "" : subject.id,
  };
}
