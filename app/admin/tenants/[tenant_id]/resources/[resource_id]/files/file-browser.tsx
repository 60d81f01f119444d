"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { File as FileIcon, Folder, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { type FileEntry, listFiles, putFile } from "#lib/client/resource-use.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { FileActions } from "./file-actions.tsx";
import { FolderPath } from "./folder-path.tsx";

const nameOf = (path: string) => path.replace(/\/$/, "").split("/").at(-1) ?? path;

/** A file resource's folders and files: gone through, uploaded to, downloaded and deleted. */
export function FileBrowser({ resource }: { resource: Resource }) {
  const { tenant_id: tenantId, resource_id: resourceId } = resource;
  const [folder, setFolder] = useState("");
  const picker = useRef<HTMLInputElement>(null);
  const files = useInfiniteQuery({
    queryKey: ["resource-files", tenantId, resourceId, folder],
    queryFn: ({ signal, pageParam: cursor }) =>
      listFiles(tenantId, resourceId, { folder, cursor }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    retry: false,
  });
  const upload = useChange(async (chosen: readonly File[]) => {
    for (const file of chosen) {
      const path = folder === "" ? file.name : `${folder}/${file.name}`;
      await putFile(tenantId, resourceId, path, file);
    }
    toast.success(chosen.length === 1 ? `${chosen[0]?.name} is there` : "The files are there");
  });
  const columns: Column<FileEntry>[] = [
    {
      id: "name",
      header: "Name",
      phone: "title",
      cell: ({ path, kind }) =>
        kind === "folder" ? (
          <Button
            variant="link"
            size="inline"
            className="touch:py-3"
            onClick={() => setFolder(path.replace(/\/$/, ""))}
          >
            <Folder aria-hidden /> {nameOf(path)}
          </Button>
        ) : (
          <span className="inline-flex items-center gap-1.5">
            <FileIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
            {nameOf(path)}
          </span>
        ),
    },
    {
      id: "size",
      header: "Size",
      align: "end",
      cell: ({ size }) => (size === null ? "" : formatValue(size, "bytes")),
    },
    {
      id: "updated",
      header: "Updated",
      cell: ({ updated_at }) => <Timestamp value={updated_at} empty="" />,
    },
  ];
  const entries = files.data?.pages.flatMap((page) => page.entries);
  const uploadButton = (
    <Button size="sm" pending={upload.isPending} onClick={() => picker.current?.click()}>
      <Upload aria-hidden /> Upload
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={({ target }) => {
          const chosen = [...(target.files ?? [])];
          target.value = "";
          if (chosen.length > 0) upload.mutate(chosen);
        }}
      />
      {upload.error && (
        <Alert tone="danger" title="Not uploaded">
          {messageOf(upload.error)}
        </Alert>
      )}
      {files.error && (
        <Alert tone="danger" title="The files cannot be listed">
          {messageOf(files.error)}
        </Alert>
      )}
      {!entries && !files.error && (
        <Card className="p-4">
          <Skeleton className="h-32" />
        </Card>
      )}
      {(entries || folder !== "") && (
        <DataTable
          label="Files"
          columns={columns}
          rows={entries ?? []}
          rowKey={({ path }) => path}
          actions={(entry) => <FileActions {...{ resource, entry }} />}
          toolbar={
            <div className="flex w-full flex-wrap items-center justify-between gap-2">
              <FolderPath folder={folder} onOpen={setFolder} />
              {uploadButton}
            </div>
          }
          footer={
            files.hasNextPage && (
              <div className="border-t px-3 py-2">
                <Button
                  variant="outline"
                  size="sm"
                  pending={files.isFetchingNextPage}
                  onClick={() => void files.fetchNextPage()}
                >
                  Show more
                </Button>
              </div>
            )
          }
          empty={
            <EmptyState
              icon={<Folder aria-hidden />}
              title="Nothing here"
              description="Upload a file, or let a tool or an agent write one."
            />
          }
        />
      )}
    </div>
  );
}
