"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useTransition } from "react";
import { cn } from "#components/ui/cn.ts";
import { changeParams, firstPage } from "#components/ui/search-params.ts";
import { Select, type SelectOption } from "#components/ui/select.tsx";

type FilterSelectProps = {
  label: string;
  /** The search parameter it writes; absent means all. */
  param: string;
  options: readonly SelectOption[];
};

// Radix takes no empty value.
const ALL = "all\u0000";

/** A filter that lives in the address, beside a `SearchBox`. */
export function FilterSelect({ label, param, options }: FilterSelectProps) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const [pending, startTransition] = useTransition();
  const choose = (value: string) => {
    const href =
      pathname + changeParams(params, { [param]: value === ALL ? null : value, ...firstPage });
    startTransition(() => router.replace(href, { scroll: false }));
  };
  return (
    <Select
      aria-label={label}
      prefix={`${label}:`}
      options={[{ value: ALL, label: "All" }, ...options]}
      value={params.get(param) || ALL}
      onValueChange={choose}
      className={cn("h-8 w-auto max-w-full", pending && "opacity-60")}
    />
  );
}
