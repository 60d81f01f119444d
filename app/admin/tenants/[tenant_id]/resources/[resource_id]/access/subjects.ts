import type { Subject, SubjectType } from "#lib/resources/access/schema.ts";
import type { SubjectOptions } from "./load-subjects.ts";

export const subjectWords: Record<SubjectType, string> = {
  role: "Role",
  member: "Member",
  key: "Key",
  agent: "Agent",
  client: "App",
};

export const subjectHints: Record<SubjectType, string> = {
  role: "Everybody who has it in this tenant.",
  member: "Applications that act for them have the grant too.",
  key: "A key that it is rotated to has the grant too.",
  agent: "Every key that was made with this agent id.",
  client: "One connection, or by its client_id the application for whoever connects it.",
};

/** How people know a subject: a key's name, a member's address; else its id. */
export function subjectLabel(options: SubjectOptions, { type, id }: Subject): string {
  return options[type].find(({ value }) => value === id)?.label ?? id;
}
