import { ChevronRight } from "lucide-react";
import { Fragment } from "react";
import { Button } from "#components/ui/button.tsx";

type FolderPathProps = { folder: string; onOpen: (folder: string) => void };

/** The folders above the one that is shown, each a way back. */
export function FolderPath({ folder, onOpen }: FolderPathProps) {
  const names = folder === "" ? [] : folder.split("/");
  return (
    <nav aria-label="Folder" className="flex min-w-0 flex-wrap items-center gap-1 text-sm">
      <Button
        variant="link"
        size="inline"
        className="touch:py-3"
        aria-current={folder === "" ? "location" : undefined}
        onClick={() => onOpen("")}
      >
        Root
      </Button>
      {names.map((name, at) => {
        const path = names.slice(0, at + 1).join("/");
        return (
          <Fragment key={path}>
            <ChevronRight aria-hidden className="size-3.5 text-muted-foreground" />
            <Button
              variant="link"
              size="inline"
              className="touch:py-3"
              aria-current={path === folder ? "location" : undefined}
              onClick={() => onOpen(path)}
            >
              {name}
            </Button>
          </Fragment>
        );
      })}
    </nav>
  );
}
