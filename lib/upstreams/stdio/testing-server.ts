import { spawn } from "node:child_process";
import { env } from "node:process";
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

// A real server that leaves a process of its own behind: tests look whether it goes along.
const helper = spawn("/bin/sleep", ["3600"], { stdio: "ignore" });
const server = new McpServer({ name: "tiny", version: "1.0.0" });
server.registerTool("look", { description: "What it sees of its environment" }, () => ({
  content: [{ type: "text", text: JSON.stringify({ ...env, helper: helper.pid }) }],
}));
await server.connect(new StdioServerTransport());
