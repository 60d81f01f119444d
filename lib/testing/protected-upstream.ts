import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import {
  createMcpHandler,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  requireBearerAuth,
} from "@modelcontextprotocol/server";
import { type ClientMetadata, type Configuration, Provider } from "oidc-provider";
import { type Listening, listen } from "./deployment.ts";

/** An MCP server behind OAuth: oidc-provider, and the SDK's server that asks it about each token. */
export interface ProtectedUpstream extends Listening {
  mcpUrl: string;
  /** What the token endpoint was asked for, and its answers. */
  tokenRequests: { grant: string; status: number }[];
  /** Answers of the revocation endpoint. */
  revocations: number[];
  registrations: number;
  /** Signs in as `login` and consents, as a browser without cookies; answers where that leads. */
  consent(authorizationUrl: string, login: string): Promise<URL>;
  /** Access and refresh tokens that were given to an account, oldest first. */
  tokensOf(login: string): string[];
  /** Ends what was given to an account, before its time. */
  end(login: string, what: "access" | "refresh"): Promise<void>;
  /** Lets no request of the token endpoint through until the function it answers is called. */
  holdTokens(): () => void;
}

export interface ProtectedOptions {
  /** Clients that are known by hand; nobody else can register then. */
  clients?: ClientMetadata[];
  /** Fetches client metadata documents, which are then what a client names itself by. */
  documents?: NonNullable<Configuration["fetch"]>;
  /** Of access tokens; an hour unless said. */
  accessSeconds?: number;
}

interface Given {
  accountId?: string;
  /** Of an opaque token, the token itself. */
  jti: string;
  destroy(): Promise<void>;
}

function configurationOf(
  resource: () => string,
  { clients, documents, accessSeconds = 3_600 }: ProtectedOptions,
): Configuration {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig" } as never] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ...(clients ? { clients } : {}),
    ...(documents ? { fetch: documents } : {}),
    pkce: { required: () => true },
    scopes: ["openid", "email", "offline_access", "notes"],
    claims: { openid: ["sub"], email: ["email"] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: `${accountId}@provider.example` }),
    }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      ...{ AccessToken: accessSeconds, AuthorizationCode: 60, Grant: 3_600, IdToken: 3_600 },
      ...{ Interaction: 3_600, RefreshToken: 3_600, Session: 3_600 },
    },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: !clients && !documents },
      clientIdMetadataDocument: { enabled: documents !== undefined, ack: "draft-02" },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource(),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "notes",
          audience: resource(),
          accessTokenTTL: accessSeconds,
          accessTokenFormat: "opaque",
        }),
      },
    },
  };
}

/** A tool that says whose token it was called with. */
function serverFor(accountId: string): McpServer {
  const server = new McpServer({ name: "protected", version: "1" });
  server.registerTool("whoami", { description: "Says who calls." }, () => ({
    content: [{ type: "text", text: accountId }],
  }));
  return server;
}

/** The RFC 9728 gate before the MCP server; a token counts as long as the provider knows it. */
function mcpListener(provider: Provider, base: string) {
  const gate = requireBearerAuth({
    requiredScopes: ["notes"],
    expectedResource: new URL(`${base}/mcp`),
    resourceMetadataUrl: `${base}/.well-known/oauth-protected-resource/mcp`,
    verifier: {
      async verifyAccessToken(token) {
        const found = await provider.AccessToken.find(token);
        if (!found) throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not known");
        return {
          ...{ token, clientId: found.clientId ?? "", scopes: [...found.scopes] },
          ...{ expiresAt: found.exp ?? 0, resource: new URL(String(found.aud)) },
          extra: { accountId: found.accountId },
        };
      },
    },
  });
  const handler = createMcpHandler(({ authInfo }) => serverFor(String(authInfo?.extra?.accountId)));
  return getRequestListener(async (request) => {
    const authInfo = await gate(request);
    return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo });
  });
}

export async function startProtectedUpstream(
  options: ProtectedOptions = {},
): Promise<ProtectedUpstream> {
  let handle: RequestListener = () => undefined;
  const listening = await listen(createServer((request, response) => handle(request, response)));
  const base = listening.url;
  const provider = new Provider(
    base,
    configurationOf(() => `${base}/mcp`, options),
  );
  const given: { access: Given[]; refresh: Given[] } = { access: [], refresh: [] };
  provider.on("access_token.saved", (token) => given.access.push(token));
  provider.on("refresh_token.saved", (token) => given.refresh.push(token));
  let held: Promise<void> | null = null;
  const upstream: ProtectedUpstream = {
    ...listening,
    ...{ mcpUrl: `${base}/mcp`, tokenRequests: [], revocations: [], registrations: 0 },
    consent: (address, login) => consentAt(base, address, login),
    tokensOf: (login) =>
      [...given.access, ...given.refresh].flatMap(({ accountId, jti }) =>
        accountId === login ? [jti] : [],
      ),
    async end(login, what) {
      const theirs = given[what].filter(({ accountId }) => accountId === login);
      for (const token of theirs) await token.destroy();
    },
    holdTokens() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = null;
        resolve();
      };
    },
  };
  provider.use(async (ctx, next) => {
    if (ctx.path === "/token" && held) await held;
    await next();
    if (ctx.path === "/token/revocation") upstream.revocations.push(ctx.status);
    if (ctx.path === "/reg") upstream.registrations += 1;
    if (ctx.path !== "/token") return;
    const grant = String(ctx.oidc?.params?.grant_type);
    upstream.tokenRequests.push({ grant, status: ctx.status });
  });
  const oauth = provider.callback();
  const mcp = mcpListener(provider, base);
  handle = (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0];
    if (path === "/mcp") return mcp(request, response);
    if (path === "/.well-known/oauth-protected-resource/mcp") {
      const metadata = { resource: `${base}/mcp`, authorization_servers: [base] };
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify(metadata));
    }
    // RFC 8414's address, where the provider has OpenID Connect's alone.
    if (path === "/.well-known/oauth-authorization-server") {
      request.url = "/.well-known/openid-configuration";
    }
    return oauth(request, response);
  };
  return upstream;
}

async function consentAt(base: string, authorizationUrl: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const send = async (url: string, form?: Record<string, string>) => {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  let response = await send(authorizationUrl);
  for (let steps = 0; steps < 12; steps++) {
    const location = response.headers.get("location");
    if (location === null) {
      const page = await response.text();
      const [, prompt] = /name="prompt" value="(login|consent)"/.exec(page) ?? [];
      if (prompt === undefined)
        throw new Error(
          `${response.status} ${page.replace(/<style>.*<\/style>/s, "").slice(0, 2_000)}`,
        );
      const action = /action="([^"]+)"/.exec(page)?.[1] ?? "";
      response = await send(new URL(action, base).href, { prompt, login, password: "any" });
      continue;
    }
    const next = new URL(location, base);
    if (next.origin !== base) return next;
    response = await send(next.href);
  }
  throw new Error("The provider goes round in circles");
}
