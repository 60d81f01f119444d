"use client";

import { usePathname, useRouter } from "next/navigation";
import { Select } from "#components/ui/select.tsx";

type ComparePickerProps = {
  /** What one of them is called: "Version". */
  word: string;
  from: number;
  to: number;
  versions: readonly number[];
};

/** Chooses the two versions that are compared. */
export function ComparePicker({ word, from, to, versions }: ComparePickerProps) {
  const router = useRouter();
  const path = usePathname();
  const numbers = [...new Set([...versions, from, to])].sort((a, b) => b - a);
  const options = numbers.map((version) => ({ value: `${version}`, label: `${word} ${version}` }));
  const show = (pair: { from: string; to: string }) =>
    router.replace(`${path}?${new URLSearchParams(pair)}`, { scroll: false });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Compare from"
        prefix="From"
        className="w-44 max-sm:w-full"
        options={options}
        value={`${from}`}
        onValueChange={(value) => show({ from: value, to: `${to}` })}
      />
      <Select
        aria-label="Compare to"
        prefix="To"
        className="w-44 max-sm:w-full"
        options={options}
        value={`${to}`}
        onValueChange={(value) => show({ from: `${from}`, to: value })}
      />
    </div>
  );
}
