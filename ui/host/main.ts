/**
 * A host in miniature: it searches, calls show_candidates at the real server, and shows the view
 * that the server names. `?wish=` holds a `Wish` as JSON; `window.desk` is for the tests.
 */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  AppBridge,
  getToolUiResourceUri,
  type McpUiHostCapabilities,
  type McpUiStyles,
  PostMessageTransport,
  RESOURCE_MIME_TYPE,
} from "@modelcontextprotocol/ext-apps/app-bridge";

interface Wish {
  /** What to search for; `session` in its place is a session that there is already. */
  filters?: Record<string, unknown>;
  title?: string;
  session?: string;
  /** Wait until matching is over. */
  finished?: boolean;
  min_score?: number;
  theme?: "light" | "dark";
  variables?: Record<string, string>;
  /** Tools that the person does not allow. */
  deny?: string[];
  /** What this host cannot do. */
  without?: (keyof McpUiHostCapabilities)[];
  /** Results of tools, in place of the server's. */
  answers?: Record<string, Record<string, unknown>>;
  /** Replaces fields of the first candidates. */
  patches?: Record<string, unknown>[];
  /** Collect all pages first and hand them over at once. */
  whole?: boolean;
}

interface Listed {
  session_id: string;
  has_more: boolean;
  candidates: Record<string, unknown>[];
}

const CSP =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

const recorded = {
  calls: [] as { name: string; arguments: Record<string, unknown> }[],
  links: [] as string[],
  messages: [] as string[],
  heights: [] as number[],
};

const wish = JSON.parse(new URLSearchParams(location.search).get("wish") ?? "{}") as Wish;
const deny = new Set(wish.deny);
const answers = new Map(Object.entries(wish.answers ?? {}));
const client = new Client({ name: "host", version: "1.0.0" });

async function call<T>(name: string, args: Record<string, unknown>): Promise<T> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as T;
}

async function search(): Promise<string> {
  const started = await call<{ session_id: string }>("create_sourcing_session", {
    title: wish.title ?? "Test",
    filters: wish.filters,
    allow_duplicate: true,
  });
  if (wish.finished) await call("wait_for_session", { session_id: started.session_id });
  return started.session_id;
}

async function result(args: { session_id: string; min_score: number }) {
  const answer = await client.callTool({ name: "show_candidates", arguments: args });
  const shown = answer.structuredContent as unknown as Listed;
  if (wish.whole) shown.candidates = [];
  for (let page = 1; wish.whole && (page === 1 || shown.has_more); page++) {
    const next = await call<Listed>("list_profiles", { ...args, page, limit: 50 });
    shown.candidates.push(...next.candidates);
    shown.has_more = next.has_more;
  }
  wish.patches?.forEach((patch, place) => Object.assign(shown.candidates[place] ?? {}, patch));
  return answer;
}

async function readView(): Promise<string> {
  const { tools } = await client.listTools();
  const tool = tools.find((one) => one.name === "show_candidates");
  const uri = tool && getToolUiResourceUri(tool);
  if (!uri) throw new Error("show_candidates names no view");
  const { contents } = await client.readResource({ uri });
  if (contents[0]?.mimeType !== RESOURCE_MIME_TYPE) throw new Error("the view is no MCP App");
  return "text" in contents[0] ? contents[0].text : "";
}

/** Puts the view into the frame. Returns when it has introduced itself. */
async function showView(): Promise<AppBridge> {
  const capabilities: McpUiHostCapabilities = { serverTools: {}, openLinks: {}, message: {} };
  for (const missing of wish.without ?? []) delete capabilities[missing];
  const styles = { variables: wish.variables as McpUiStyles };
  const bridge = new AppBridge(null, { name: "host", version: "1.0.0" }, capabilities, {
    hostContext: { theme: wish.theme ?? "light", styles },
  });
  bridge.oncalltool = async ({ name, arguments: args = {} }) => {
    recorded.calls.push({ name, arguments: args });
    if (deny.has(name)) throw new Error(`${name} was not allowed`);
    const canned = answers.get(name);
    if (canned) return { content: [], structuredContent: canned };
    return client.callTool({ name, arguments: args });
  };
  bridge.onopenlink = async ({ url }) => {
    recorded.links.push(url);
    return {};
  };
  bridge.onmessage = async ({ content }) => {
    recorded.messages.push(content.map((part) => ("text" in part ? part.text : "")).join(""));
    return {};
  };
  const frame = document.querySelector("iframe") as HTMLIFrameElement;
  bridge.onsizechange = ({ height }) => {
    if (height === undefined) return;
    recorded.heights.push(height);
    frame.style.height = `${height}px`;
  };
  const ready = new Promise<void>((resolve) => {
    bridge.oninitialized = () => resolve();
  });
  const { contentWindow } = frame;
  if (!contentWindow) throw new Error("the frame has no window");
  await bridge.connect(new PostMessageTransport(contentWindow, contentWindow));
  const policy = `<meta http-equiv="Content-Security-Policy" content="${CSP}">`;
  const html = await readView();
  frame.srcdoc = html.replace("<head>", () => `<head>${policy}`);
  await ready;
  return bridge;
}

async function start(): Promise<void> {
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", location.href)));
  const [bridge, session] = await Promise.all([showView(), wish.session ?? search()]);
  const args = { session_id: session, min_score: wish.min_score ?? 0 };
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(await result(args));
  const wear = (theme: "light" | "dark") => bridge.sendHostContextChange({ theme });
  Object.assign(window, { desk: { session, recorded, deny, answers, call, wear } });
}

start().catch((error: unknown) => {
  document.title = `failed: ${String(error)}`;
});
