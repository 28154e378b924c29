/**
 * A minimal host for tests: it starts a search, calls show_candidates on the real server, and shows
 * the view that the tool names. `?scenario=` holds a `Scenario` as JSON; tests use `window.desk`.
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

interface Scenario {
  /** The filters to search with, unless `session` names an existing session. */
  filters?: Record<string, unknown>;
  title?: string;
  session?: string;
  /** Whether to wait until matching is over. */
  finished?: boolean;
  min_score?: number;
  query?: string;
  candidate_ids?: string[];
  theme?: "light" | "dark";
  variables?: Record<string, string>;
  /** Tools that the user does not allow. */
  deny?: string[];
  /** Tools whose results this host loses. */
  lose?: string[];
  /** Tools whose calls wait until the test releases them. */
  hold?: string[];
  /** Whether this host can show the view on the full screen. */
  screen?: boolean;
  /** The most pixels of height that this host gives the view. */
  tallest?: number;
  /** Capabilities that this host lacks. */
  without?: (keyof McpUiHostCapabilities)[];
  /** Results of tools to return instead of calling the server. */
  answers?: Record<string, Record<string, unknown>>;
  /** Fields to replace in the first candidates. */
  patches?: Record<string, unknown>[];
  /** Whether to collect all pages first and pass them on at once. */
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

const scenario = JSON.parse(
  new URLSearchParams(location.search).get("scenario") ?? "{}",
) as Scenario;
const deny = new Set(scenario.deny);
const hold = new Set(scenario.hold);
const held: (() => void)[] = [];
const answers = new Map(Object.entries(scenario.answers ?? {}));
const client = new Client({ name: "host", version: "1.0.0" });

async function call<T>(name: string, args: Record<string, unknown>): Promise<T> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as T;
}

async function search(): Promise<string> {
  const started = await call<{ session_id: string }>("create_sourcing_session", {
    title: scenario.title ?? "Test",
    filters: scenario.filters,
    allow_duplicate: true,
  });
  if (scenario.finished) await call("wait_for_session", { session_id: started.session_id });
  return started.session_id;
}

async function result(args: Record<string, unknown>) {
  const answer = await client.callTool({ name: "show_candidates", arguments: args });
  const shown = answer.structuredContent as unknown as Listed;
  if (scenario.whole) shown.candidates = [];
  for (let page = 1; scenario.whole && (page === 1 || shown.has_more); page++) {
    const next = await call<Listed>("list_profiles", { ...args, page, limit: 50 });
    shown.candidates.push(...next.candidates);
    shown.has_more = next.has_more;
  }
  scenario.patches?.forEach((patch, place) => Object.assign(shown.candidates[place] ?? {}, patch));
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

/** Loads the view into the frame. Returns once it is initialized. */
async function showView(): Promise<AppBridge> {
  const capabilities: McpUiHostCapabilities = { serverTools: {}, openLinks: {}, message: {} };
  for (const missing of scenario.without ?? []) delete capabilities[missing];
  const styles = { variables: scenario.variables as McpUiStyles };
  const bridge = new AppBridge(null, { name: "host", version: "1.0.0" }, capabilities, {
    hostContext: {
      theme: scenario.theme ?? "light",
      styles,
      ...(scenario.tallest ? { containerDimensions: { maxHeight: scenario.tallest } } : {}),
      ...(scenario.screen ? { availableDisplayModes: ["inline", "fullscreen"] } : {}),
    },
  });
  bridge.onrequestdisplaymode = async ({ mode }) => {
    document.body.classList.toggle("full", mode === "fullscreen");
    bridge.sendHostContextChange({ displayMode: mode });
    return { mode };
  };
  bridge.oncalltool = async ({ name, arguments: args = {} }) => {
    recorded.calls.push({ name, arguments: args });
    if (hold.has(name)) await new Promise<void>((resolve) => held.push(resolve));
    if (deny.has(name)) throw new Error(`${name} was not allowed`);
    const canned = answers.get(name);
    if (canned) return { content: [], structuredContent: canned };
    const answer = await client.callTool({ name, arguments: args });
    if (scenario.lose?.includes(name)) throw new Error("timed out");
    return answer;
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
  const [bridge, session] = await Promise.all([showView(), scenario.session ?? search()]);
  const { min_score = 0, query, candidate_ids } = scenario;
  const args = {
    session_id: session,
    min_score,
    ...(query ? { query } : {}),
    ...(candidate_ids ? { candidate_ids } : {}),
  };
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(await result(args));
  const wear = (theme: "light" | "dark") => bridge.sendHostContextChange({ theme });
  const release = (): void => {
    hold.clear();
    for (const go of held.splice(0)) go();
  };
  const close = () => bridge.teardownResource({});
  Object.assign(window, { desk: { session, recorded, deny, answers, call, wear, release, close } });
}

start().catch((error: unknown) => {
  document.title = `failed: ${String(error)}`;
});
