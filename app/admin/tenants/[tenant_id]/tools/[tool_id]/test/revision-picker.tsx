"use client";

import { usePathname, useRouter } from "next/navigation";
import { Select } from "#components/ui/select.tsx";
import type { Tool } from "#lib/tools/schema.ts";

type RevisionPickerProps = {
  tool: Pick<Tool, "revision" | "draft_revision">;
  /** The one that is tried. */
  revision: number;
};

/** Chooses what is tried: the draft, what is published, or the revision that the address names. */
export function RevisionPicker({ tool, revision }: RevisionPickerProps) {
  const router = useRouter();
  const path = usePathname();
  const draft = tool.draft_revision;
  const known = [draft, tool.revision, revision].filter((each) => each !== null);
  const options = [...new Set(known)].map((each) => ({
    value: String(each),
    label: `Revision ${each}${each === draft ? ", the draft" : each === tool.revision ? ", published" : ""}`,
  }));
  return (
    <Select
      aria-label="Revision to try"
      prefix="Try"
      className="w-auto max-w-full self-start"
      options={options}
      value={String(revision)}
      onValueChange={(value) => router.replace(`${path}?revision=${value}`, { scroll: false })}
    />
  );
}
