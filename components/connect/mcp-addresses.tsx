import { DetailList } from "#components/shell/detail-list.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

type McpAddressesProps = {
  /** Where every credential finds its own tenant. */
  shared: string;
  /** The tenant's own. */
  own: string;
};

export function McpAddresses({ shared, own }: McpAddressesProps) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>MCP addresses</CardTitle>
        <CardDescription>
          Streamable HTTP, every revision of the protocol. Both show a credential's own tenant.
        </CardDescription>
      </CardHeader>
      <CardContent>
        <DetailList
          items={[
            {
              label: "Of this tenant",
              value: <CodeBlock code={own} what="tenant's MCP address" />,
            },
            { label: "For every tenant", value: <CodeBlock code={shared} what="MCP address" /> },
          ]}
        />
      </CardContent>
    </Card>
  );
}
