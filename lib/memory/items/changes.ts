import type { z } from "zod";
import { AppError } from "#lib/core/errors.ts";
import { mergePatch } from "./merge-patch.ts";
import type { Draft, ShownRow } from "./row.ts";
import type { appendItemInput, patchItemInput, putItemInput } from "./schema.ts";
import type { Change } from "./write.ts";

const newDraft: Draft = {
  content: null,
  tags: [],
  importance: 50,
  subjectId: null,
  expiresAt: null,
};

function draftOf(before: ShownRow | undefined): Draft {
  if (!before) return newDraft;
  const { content, tags, importance, subjectId, expiresAt } = before;
  return { content, tags, importance, subjectId, expiresAt };
}

/** What a write says besides the content; null takes back what was said before. */
function withDetails(
  draft: Draft,
  given: {
    tags?: string[] | null | undefined;
    importance?: number | null | undefined;
    subject_id?: string | null | undefined;
    expires_at?: string | null | undefined;
  },
): Draft {
  const { tags, importance, subject_id, expires_at } = given;
  return {
    ...draft,
    ...(tags === undefined ? {} : { tags: tags ?? newDraft.tags }),
    ...(importance === undefined ? {} : { importance: importance ?? newDraft.importance }),
    ...(subject_id === undefined ? {} : { subjectId: subject_id }),
    ...(expires_at === undefined
      ? {}
      : { expiresAt: expires_at === null ? null : new Date(expires_at) }),
  };
}

export function putting(input: z.output<typeof putItemInput>): Change {
  return (before) => ({ ...withDetails(draftOf(before), input), content: input.content });
}

/** `missing` is thrown where there is nothing to patch. */
export function patching(input: z.output<typeof patchItemInput>, missing: AppError): Change {
  return (before) => {
    if (!before) throw missing;
    const draft = withDetails(draftOf(before), input);
    if (input.content === undefined) return draft;
    return { ...draft, content: mergePatch(before.content, input.content) };
  };
}

/** Adds to a list, which is made where there is nothing. */
export function appending({ values, keep }: z.output<typeof appendItemInput>): Change {
  return (before) => {
    const list = before === undefined ? [] : before.content;
    if (!Array.isArray(list)) {
      throw new AppError(
        "conflict",
        "The memory is no list, so that nothing can be appended. Replace it, or use another key.",
      );
    }
    const all = [...(list as unknown[]), ...values];
    return { ...draftOf(before), content: keep === undefined ? all : all.slice(-keep) };
  };
}
