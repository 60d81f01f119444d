import { Bot, FileText, Link2, UserRound } from "lucide-react";
import { Code } from "#components/ui/code.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { PromptContent, PromptMessage } from "#lib/prompts/content-schema.ts";
import { splitTemplate } from "#lib/prompts/template.ts";

const roles = {
  user: { label: "User", icon: <UserRound aria-hidden /> },
  assistant: { label: "Assistant", icon: <Bot aria-hidden /> },
};

/** One message of a prompt; placeholders that nothing stands in for yet are marked. */
export function MessageView({ message: { role, content } }: { message: PromptMessage }) {
  const { label, icon } = roles[role];
  return (
    <li className="flex min-w-0 flex-col gap-1.5">
      <p className="flex items-center gap-1.5 font-medium text-muted-foreground text-xs [&_svg]:size-3.5">
        {icon} {label}
      </p>
      <div className="min-w-0 rounded-md border bg-muted/40 px-3 py-2.5 text-sm">
        <ContentView content={content} />
      </div>
    </li>
  );
}

function ContentView({ content }: { content: PromptContent }) {
  switch (content.type) {
    case "text":
      return <Text text={content.text} />;
    case "image":
      return content.data === "" ? (
        <Nothing what="image" />
      ) : (
        // Next's own image component has nothing to optimize in a data: address.
        // biome-ignore lint/performance/noImgElement: see above
        <img
          src={`data:${content.mimeType};base64,${content.data}`}
          alt={`The message's ${content.mimeType}`}
          className="max-h-72 max-w-full rounded-sm"
        />
      );
    case "audio":
      return content.data === "" ? (
        <Nothing what="audio" />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: a prompt's audio comes without captions
        <audio
          controls
          src={`data:${content.mimeType};base64,${content.data}`}
          className="w-full max-w-md"
        />
      );
    case "resource":
      return <Resource resource={content.resource} />;
    case "resource_link":
      return (
        <p className="flex min-w-0 items-start gap-2">
          <Link2 aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
          <span className="flex min-w-0 flex-col gap-0.5">
            <span className="font-medium [overflow-wrap:anywhere]">{content.name}</span>
            <Address uri={content.uri} mimeType={content.mimeType} />
          </span>
        </p>
      );
  }
}

function Resource({
  resource,
}: {
  resource: Extract<PromptContent, { type: "resource" }>["resource"];
}) {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="flex min-w-0 items-start gap-2">
        <FileText aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
        <Address uri={resource.uri} mimeType={resource.mimeType} />
      </p>
      {"text" in resource ? (
        <Text text={resource.text} />
      ) : (
        <p className="text-muted-foreground text-xs">
          {formatValue(Math.floor(resource.blob.length * 0.75), "count")} bytes of data
        </p>
      )}
    </div>
  );
}

function Address({ uri, mimeType }: { uri: string; mimeType: string | undefined }) {
  return (
    <span className="min-w-0">
      <span className="font-mono text-xs [overflow-wrap:anywhere]">
        <Marked text={uri} />
      </span>
      {mimeType && <Code className="ml-2 text-muted-foreground">{mimeType}</Code>}
    </span>
  );
}

function Text({ text }: { text: string }) {
  if (text === "") return <Nothing what="text" />;
  return (
    <p className="max-h-96 overflow-y-auto whitespace-pre-wrap [overflow-wrap:anywhere]">
      <Marked text={text} />
    </p>
  );
}

function Nothing({ what }: { what: string }) {
  return <p className="text-muted-foreground">No {what} yet</p>;
}

function Marked({ text }: { text: string }) {
  return splitTemplate(text).map(({ at, part, isPlaceholder }) =>
    isPlaceholder ? (
      <mark
        key={at}
        className="rounded-xs bg-primary-subtle px-0.5 font-mono text-[0.8125em] text-primary-text"
      >
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
