import type { ReactNode } from "react";

type PageHeaderProps = {
  title: string;
  /** Beside the title: a `Badge`. */
  badge?: ReactNode;
  description?: ReactNode;
  /** Buttons, at the right; below on phones. */
  actions?: ReactNode;
};

export function PageHeader({ title, badge, description, actions }: PageHeaderProps) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="flex min-w-0 flex-col gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">
            <bdi>{title}</bdi>
          </h1>
          {badge}
        </div>
        {description && <div className="text-muted-foreground text-sm">{description}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
