"use client";

import { useState } from "react";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Segmented } from "#components/ui/segmented.tsx";

const sdks = [
  { value: "openai", label: "OpenAI SDK" },
  { value: "anthropic", label: "Anthropic SDK" },
] as const;

type Sdk = (typeof sdks)[number]["value"];

/** What an application writes; only the address and the key are ours. */
function snippet(sdk: Sdk, url: string): string {
  const key = "process.env.TAUSESTACK_KEY";
  if (sdk === "openai") {
    return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${url}/v1", apiKey: ${key} });
const answer = await client.chat.completions.create({
  model: "<provider>/<model>",
  messages: [{ role: "user", content: "Hello" }],
});`;
  }
  return `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "${url}", apiKey: ${key} });
const answer = await client.messages.create({
  model: "<provider>/<model>",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Hello" }],
});`;
}

/** How an application reaches the tenant's language models with a vendor's own SDK. */
export function GatewayCard({ url }: { url: string }) {
  const [sdk, setSdk] = useState<Sdk>("openai");
  return (
    <Card>
      <CardHeader>
        <CardTitle>AI gateway</CardTitle>
        <CardDescription>
          Either SDK reaches any of the tenant's models, with a key that has the scope gateway:use.
          The model is &lt;provider&gt;/&lt;model&gt; or the name of an AI route.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col items-start gap-4">
        <Segmented label="SDK" options={sdks} value={sdk} onValueChange={setSdk} />
        <CodeBlock
          code={snippet(sdk, url)}
          what={sdk === "openai" ? "code for the OpenAI SDK" : "code for the Anthropic SDK"}
          className="w-full"
        />
      </CardContent>
    </Card>
  );
}
