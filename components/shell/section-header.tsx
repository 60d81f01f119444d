import type { ReactNode } from "react";
import { LongText } from "#components/ui/long-text.tsx";

type SectionHeaderProps = {
  title: string;
  /** Beside the title: a `Badge`. */
  badge?: ReactNode;
  description?: ReactNode;
  /** Buttons, at the right; below on phones. */
  actions?: ReactNode;
};

/** Heads a page below a `PageHeader`: one of a tenant's tabs. */
export function SectionHeader({ title, badge, description, actions }: SectionHeaderProps) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="flex min-w-0 flex-col gap-0.5">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h2 className="font-semibold text-base tracking-tight [overflow-wrap:anywhere]">
            <bdi>{title}</bdi>
          </h2>
          {badge}
        </div>
        {typeof description === "string" ? (
          <LongText text={description} className="text-[0.8125rem] text-muted-foreground" />
        ) : (
          description && (
            <p className="text-[0.8125rem] text-muted-foreground [overflow-wrap:anywhere]">
              {description}
            </p>
          )
        )}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
