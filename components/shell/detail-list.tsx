import type { ReactNode } from "react";

type DetailListProps = { items: { label: string; value: ReactNode }[] };

/** What is known of one thing, as label and value. */
export function DetailList({ items }: DetailListProps) {
  return (
    <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[minmax(8rem,max-content)_1fr]">
      {items.map(({ label, value }) => (
        <div key={label} className="contents">
          <dt className="text-[0.8125rem] text-muted-foreground max-sm:-mb-2.5">{label}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
