"use client";

import { CalendarDays } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { formatDay } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover.tsx";
import { changeParams } from "#components/ui/search-params.ts";
import { allowsHours, bucketMs, type PickedRange, rangePresets } from "./range.ts";

const segmentStyle =
  "inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded-sm px-2.5 font-medium text-muted-foreground text-xs transition-colors hover:text-foreground aria-[current=true]:bg-card aria-[current=true]:text-foreground aria-[current=true]:shadow-xs touch:h-11 touch:min-w-11 touch:justify-center touch:px-3 dark:aria-[current=true]:bg-accent";
const groupStyle = "inline-flex items-center gap-0.5 rounded-md border bg-muted p-0.5";

/** Chooses the range and bucket that `readRange` reads back from the address. */
export function RangePicker({ range }: { range: PickedRange }) {
  const pathname = usePathname();
  const params = useSearchParams();
  const href = (changes: Record<string, string | null>) => pathname + changeParams(params, changes);
  const preset = (name: string) =>
    href({ range: name, from: null, to: null, bucket: null, cursor: null, via: null });

  return (
    <div className="flex flex-wrap items-center gap-2">
      <nav aria-label="Time range" className={groupStyle}>
        {rangePresets.map((name) => (
          <Link
            key={name}
            href={preset(name)}
            scroll={false}
            prefetch={false}
            aria-current={range.preset === name}
            className={segmentStyle}
          >
            {name}
          </Link>
        ))}
        <CustomDates range={range} />
      </nav>
      {allowsHours(range) && range.to - range.from > bucketMs.day && (
        <nav aria-label="Resolution" className={groupStyle}>
          {(["hour", "day"] as const).map((bucket) => (
            <Link
              key={bucket}
              href={href({ bucket })}
              scroll={false}
              prefetch={false}
              aria-current={range.bucket === bucket}
              className={segmentStyle}
            >
              {bucket === "hour" ? "Hourly" : "Daily"}
            </Link>
          ))}
        </nav>
      )}
    </div>
  );
}

function CustomDates({ range }: { range: PickedRange }) {
  const [open, setOpen] = useState(false);
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const id = useId();
  const custom = range.preset === "custom";
  const lastDay = range.to - bucketMs.day;
  const today = isoDate(Date.now());

  function apply(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const dates = new FormData(event.currentTarget);
    const changes = { from: `${dates.get("from")}`, to: `${dates.get("to")}` };
    setOpen(false);
    router.push(pathname + changeParams(params, { range: null, bucket: null, ...changes }), {
      scroll: false,
    });
  }

  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger aria-current={custom} className={segmentStyle}>
        <CalendarDays aria-hidden className="size-3.5" />
        {custom ? `${formatDay(range.from, "utc")} – ${formatDay(lastDay, "utc")}` : "Custom"}
      </PopoverTrigger>
      <PopoverContent align="start" aria-label="Dates of your own">
        <form onSubmit={apply} className="flex flex-col gap-3">
          {(["from", "to"] as const).map((name) => (
            <div key={name} className="flex flex-col gap-1.5">
              <Label htmlFor={`${id}-${name}`}>{name === "from" ? "From" : "To"}</Label>
              <Input
                id={`${id}-${name}`}
                name={name}
                type="date"
                required
                max={today}
                defaultValue={isoDate(name === "from" ? range.from : lastDay)}
              />
            </div>
          ))}
          <p className="text-muted-foreground text-xs">Whole UTC days, both included.</p>
          <Button type="submit" size="sm" className="self-end">
            Apply
          </Button>
        </form>
      </PopoverContent>
    </Popover>
  );
}

function isoDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
