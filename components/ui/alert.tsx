import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const tones = {
  info: { icon: Info, style: "border-primary/30 bg-primary-subtle", mark: "text-primary-text" },
  warning: {
    icon: TriangleAlert,
    style: "border-warning/30 bg-warning-subtle",
    mark: "text-warning",
  },
  danger: {
    icon: CircleAlert,
    style: "border-destructive/30 bg-destructive-subtle",
    mark: "text-destructive-text",
  },
} as const;

type AlertProps = Omit<ComponentProps<"div">, "title"> & {
  tone: keyof typeof tones;
  title: string;
};

/** A coloured note. `danger` is announced at once; give the others `role="status"` if they appear. */
export function Alert({ tone, title, className, children, ...props }: AlertProps) {
  const { icon: Icon, style, mark } = tones[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={cn("flex gap-2.5 rounded-lg border px-3.5 py-3 text-sm", style, className)}
      {...props}
    >
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", mark)} />
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium">{title}</p>
        {children && <div className="text-[0.8125rem] [overflow-wrap:anywhere]">{children}</div>}
      </div>
    </div>
  );
}
