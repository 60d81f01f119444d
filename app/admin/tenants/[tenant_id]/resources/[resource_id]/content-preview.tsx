import { Download } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { JsonView } from "#components/ui/json-view.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { contentHref } from "#lib/client/resources.ts";
import type { Resource } from "#lib/resources/schema.ts";
import type { Preview } from "./load-preview.ts";

type ContentPreviewProps = { tenantId: string; resource: Resource; preview: Preview };

/** What is kept with the resource, as far as a page can show it. */
export function ContentPreview({ tenantId, resource, preview }: ContentPreviewProps) {
  const { resource_id, mime_type, size } = resource;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Content</CardTitle>
        <CardDescription>
          {mime_type}, {formatValue(size, "bytes")}
        </CardDescription>
        {preview.kind !== "closed" && (
          <Button
            variant="outline"
            size="sm"
            asChild
            className="col-start-2 row-span-2 row-start-1"
          >
            <a href={contentHref(tenantId, resource_id)} download={resource_id}>
              <Download aria-hidden /> Download
            </a>
          </Button>
        )}
      </CardHeader>
      <CardContent>
        <Shown preview={preview} name={resource.title ?? resource.name} />
      </CardContent>
    </Card>
  );
}

function Shown({ preview, name }: { preview: Preview; name: string }) {
  switch (preview.kind) {
    case "json":
      return <JsonView value={preview.value} what="content" />;
    case "image":
      return (
        // biome-ignore lint/performance/noImgElement: the bytes are in the address, nothing is to be optimized
        <img
          src={preview.src}
          alt={`Content of ${name}`}
          className="mx-auto max-h-96 max-w-full rounded-md border bg-background object-contain"
        />
      );
    case "text":
      return (
        <>
          <Textarea
            readOnly
            aria-label="Text"
            spellCheck={false}
            value={preview.text}
            className="max-h-96 bg-background font-mono text-xs leading-5 touch:text-xs"
          />
          {preview.cut && (
            <p className="mt-2 text-muted-foreground text-xs">
              The beginning; download it to read on.
            </p>
          )}
        </>
      );
    case "closed":
      return <p className="text-muted-foreground text-sm">{preview.why}</p>;
    case "bytes":
      return (
        <p className="text-muted-foreground text-sm">
          Bytes of a type that is not shown here. Download them to look at them.
        </p>
      );
  }
}
