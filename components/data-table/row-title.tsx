import Link from "next/link";

type RowTitleProps = {
  title: string;
  href?: string;
  /** Second line, small: the id, where it says more. */
  id?: string;
};

/** A row's first cell: what the thing is called, where it leads, and its id. */
export function RowTitle({ title, href, id }: RowTitleProps) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      {href ? (
        // A page of rows prefetched would be a render of every one of them.
        <Link
          href={href}
          prefetch={false}
          className="w-fit rounded-xs font-medium underline-offset-4 hover:underline touch:-my-3 touch:py-3"
        >
          <bdi>{title}</bdi>
        </Link>
      ) : (
        <bdi className="font-medium">{title}</bdi>
      )}
      {id && id !== title && <span className="font-mono text-muted-foreground text-xs">{id}</span>}
    </div>
  );
}
