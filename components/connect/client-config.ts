/** Where a client connects to, and how it proves itself there. */
export type Connection = {
  /** What the client calls the server. */
  name: string;
  url: string;
  /** The key it sends; null: it signs in by OAuth. */
  key: string | null;
};

/** One thing to do: words, and what to copy for it. */
export type Step = {
  text: string;
  /** What `code` is, for the copy button: "configuration". */
  what?: string;
  code?: string;
};

type Guide = (connection: Connection) => Step[];

/** A name that every client takes: some want a letter first. */
export function serverName(tenantId: string): string {
  return /^[a-z]/.test(tenantId) ? tenantId : `t-${tenantId}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function headersOf(key: string | null): { headers?: Record<string, string> } {
  return key === null ? {} : { headers: { Authorization: `Bearer ${key}` } };
}

const claudeCode: Guide = ({ name, url, key }) => {
  const header = key === null ? "" : ` \\\n  --header "Authorization: Bearer ${key}"`;
  const steps: Step[] = [
    {
      text: "Add the server from a terminal.",
      what: "Claude Code command",
      code: `claude mcp add --transport http ${name} ${url}${header}`,
    },
    {
      text: "Or share it with whoever works on a project, in .mcp.json at its root.",
      what: "Claude Code configuration",
      code: json({ mcpServers: { [name]: { type: "http", url, ...headersOf(key) } } }),
    },
  ];
  if (key !== null) return steps;
  return [...steps, { text: "Start claude, enter /mcp, choose the server and authenticate." }];
};

/** mcp-remote refuses plain HTTP anywhere but on this machine, unless told. */
function plainHttpFlag(url: string): string[] {
  const { protocol, hostname } = new URL(url);
  const isFine = protocol === "https:" || ["localhost", "127.0.0.1"].includes(hostname);
  return isFine ? [] : ["--allow-http"];
}

const claudeDesktop: Guide = ({ name, url, key }) => {
  if (key === null) {
    return [
      {
        text: "Open Settings > Connectors > Add custom connector and give it this address. Claude connects from the internet, so it must be public and HTTPS.",
        what: "MCP address",
        code: url,
      },
      { text: "Choose Connect, sign in and allow the access." },
    ];
  }
  // A header with a space in `args` is split by some versions, so the space stands in `env`.
  const args = ["-y", "mcp-remote", url, "--header", `Authorization:\${AUTHORIZATION}`];
  const server = {
    command: "npx",
    args: [...args, ...plainHttpFlag(url)],
    env: { AUTHORIZATION: `Bearer ${key}` },
  };
  return [
    {
      text: "Claude Desktop's connectors take no keys; mcp-remote, which runs on Node, sends one. Open Settings > Developer > Edit Config and add this to claude_desktop_config.json.",
      what: "Claude Desktop configuration",
      code: json({ mcpServers: { [name]: server } }),
    },
    { text: "Restart Claude Desktop." },
  ];
};

const cursor: Guide = ({ name, url, key }) => [
  {
    text: "Add this to ~/.cursor/mcp.json, or to .cursor/mcp.json of a project.",
    what: "Cursor configuration",
    code: json({ mcpServers: { [name]: { url, ...headersOf(key) } } }),
  },
  {
    text:
      key === null
        ? "In Cursor's settings, under MCP, choose Connect beside the server and sign in."
        : "In Cursor's settings, under MCP, see that the server is on.",
  },
];

const vsCode: Guide = ({ name, url, key }) => {
  const input = `${name}-key`;
  const asked = key === null ? null : `\${input:${input}}`;
  const server = { type: "http", url, ...headersOf(asked) };
  const inputs = [
    { type: "promptString", id: input, description: `API key of ${name}`, password: true },
  ];
  const step = {
    text: "Add this to .vscode/mcp.json of a project, or to what the command MCP: Open User Configuration opens.",
    what: "VS Code configuration",
    code: json({ ...(asked === null ? {} : { inputs }), servers: { [name]: server } }),
  };
  if (key === null) {
    return [step, { text: "Choose Start above the server's name, and sign in." }];
  }
  return [
    step,
    {
      text: "Choose Start above the server's name. VS Code asks for the key and keeps it out of the file.",
      what: "API key",
      code: key,
    },
  ];
};

const chatGpt: Guide = ({ name, url, key }) => {
  if (key === null) {
    return [
      {
        text: "Open Settings > Apps & Connectors > Advanced settings and turn on Developer mode.",
      },
      {
        text: "Choose Create, give it this MCP server URL, and OAuth as the authentication. ChatGPT connects from the internet, so the address must be public and HTTPS.",
        what: "MCP address",
        code: url,
      },
      { text: "Sign in and allow the access." },
    ];
  }
  const tool = {
    type: "mcp",
    server_label: name,
    server_url: url,
    ...headersOf(key),
    require_approval: "always",
  };
  return [
    {
      text: "ChatGPT itself takes no keys: choose OAuth above. OpenAI's Responses API does; put this among a request's tools. The address must be public and HTTPS.",
      what: "tool of a request",
      code: json(tool),
    },
  ];
};

const inspector: Guide = ({ url, key }) => {
  const command = "npx -y @modelcontextprotocol/inspector";
  const header = key === null ? "" : ` \\\n  --header "Authorization: Bearer ${key}"`;
  const browser: Step = {
    text: "Start it; it opens in a browser.",
    what: "Inspector command",
    code: `${command} --web \\\n  --transport http --server-url ${url}${header}`,
  };
  if (key === null) return [browser, { text: "Choose Connect and sign in." }];
  const terminal: Step = {
    text: "Or list the tools in a terminal.",
    what: "Inspector command for a terminal",
    code: `${command} --cli ${url} \\\n  --transport http --method tools/list${header}`,
  };
  return [browser, terminal];
};

const curl: Guide = ({ url, key }) => {
  if (key === null) {
    return [
      {
        text: "curl cannot sign in. It shows how clients find out where to: the answer is a 401 that names the server's metadata.",
        what: "curl command",
        code: `curl -i -X POST ${url}`,
      },
    ];
  }
  const authorization = `-H "Authorization: Bearer ${key}"`;
  return [
    {
      text: "List the tools over MCP.",
      what: "MCP example",
      code: [
        `curl ${url}`,
        authorization,
        `-H "Content-Type: application/json"`,
        `-H "Accept: application/json, text/event-stream"`,
        `-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`,
      ].join(" \\\n  "),
    },
    {
      text: "And over REST.",
      what: "REST example",
      code: `curl ${new URL("/tools", url)} \\\n  ${authorization}`,
    },
  ];
};

/** The clients that the Connect page tells about, in the order of their tabs. */
export const clients = [
  { id: "claude-code", label: "Claude Code", steps: claudeCode },
  { id: "claude-desktop", label: "Claude Desktop", steps: claudeDesktop },
  { id: "cursor", label: "Cursor", steps: cursor },
  { id: "vs-code", label: "VS Code", steps: vsCode },
  { id: "chatgpt", label: "ChatGPT", steps: chatGpt },
  { id: "inspector", label: "Inspector", steps: inspector },
  { id: "curl", label: "curl", steps: curl },
] as const satisfies readonly { id: string; label: string; steps: Guide }[];
