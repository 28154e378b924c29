/** The app that shows the shortlist, and does for it what a sandboxed page cannot. */

import {
  App,
  applyDocumentTheme,
  applyHostFonts,
  applyHostStyleVariables,
  type McpUiHostContext,
} from "@modelcontextprotocol/ext-apps";

import type { Reason } from "./reviews";
import { plain } from "./sentences";
import type { Prices } from "./types";

/** A request was refused or failed; the message is a sentence for the user. */
export class Refused extends Error {
  /**
   * @param byApp whether the app refused it, so that the server may not know of it.
   * @param charged whether it was paid for all the same.
   */
  constructor(
    message: string,
    readonly byApp = false,
    readonly charged = false,
  ) {
    super(message);
  }
}

/** What the server gives to the page with a result, and not to the model. */
interface Meta {
  "fj-mcp/view"?: string;
  "fj-mcp/reasons"?: Record<string, Reason>;
  "fj-mcp/prices"?: Prices;
}

/** A result with what the server gives to the page alone. */
export type Listed<T> = T & { _meta?: Meta };

interface ToolResult {
  _meta?: Record<string, unknown>;
  content?: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

const TIMEOUT_MS = 120_000;
/** For calls that change something, which the app may ask the user to approve first. */
const APPROVAL_TIMEOUT_MS = 900_000;

export class Host {
  readonly #app = new App(
    { name: "fj-mcp-shortlist", version: "1.0.0" },
    { availableDisplayModes: ["inline", "fullscreen"] },
    { autoResize: true },
  );

  /** Connects, and passes on each result of the tool that shows the shortlist. */
  async connect(
    onResult: (read: () => unknown) => void,
    onCanceled: () => void,
    onEnd: () => Promise<void>,
    onContext: () => void,
  ): Promise<void> {
    this.#app.ontoolresult = (result) => onResult(() => read(result as ToolResult));
    this.#app.ontoolcancelled = onCanceled;
    this.#app.onhostcontextchanged = () => this.#apply(onContext);
    this.#app.onteardown = async () => {
      await onEnd();
      return {};
    };
    await this.#app.connect();
    this.#apply(onContext);
  }

  #apply(onContext: () => void): void {
    const context = this.#app.getHostContext();
    if (context) applyContext(context);
    onContext();
  }

  /** Whether the view fills the screen; undefined if the app cannot do that. */
  get fullScreen(): boolean | undefined {
    const { availableDisplayModes: modes, displayMode: mode } = this.#app.getHostContext() ?? {};
    return modes?.includes("fullscreen") && modes.includes("inline")
      ? mode === "fullscreen"
      : undefined;
  }

  async toggleFullScreen(): Promise<void> {
    const mode = this.fullScreen ? "inline" : "fullscreen";
    await accepted(() => this.#app.requestDisplayMode({ mode }));
  }

  /** Calls a tool. Throws `Refused` with the error of the server or the app. */
  async call<T>(tool: string, args: Record<string, unknown>, changes = false): Promise<Listed<T>> {
    if (!this.#app.getHostCapabilities()?.serverTools) {
      throw new Refused("This app does not let the shortlist do that. Ask the assistant instead.");
    }
    const timeout = changes ? APPROVAL_TIMEOUT_MS : TIMEOUT_MS;
    let result: ToolResult;
    try {
      result = await this.#app.callServerTool({ name: tool, arguments: args }, { timeout });
    } catch (error) {
      throw new Refused(plain(`The app did not do that: ${reason(error)}`), true);
    }
    return read(result) as Listed<T>;
  }

  /** Sends the assistant a message from the user. */
  async sendMessage(text: string): Promise<void> {
    if (!this.#app.getHostCapabilities()?.message) {
      throw new Refused("This app does not pass questions on to the assistant.");
    }
    await accepted(() =>
      this.#app.sendMessage({ role: "user", content: [{ type: "text", text }] }),
    );
  }

  /** Opens a web address in the browser. */
  async open(url: string): Promise<void> {
    if (!this.#app.getHostCapabilities()?.openLinks) {
      throw new Refused(`This app does not open links. The address is ${url}`);
    }
    await accepted(() => this.#app.openLink({ url }));
  }
}

async function accepted(request: () => Promise<{ isError?: boolean } | object>): Promise<void> {
  let result: object;
  try {
    result = await request();
  } catch (error) {
    throw new Refused(plain(`The app did not do that: ${reason(error)}`), true);
  }
  if ("isError" in result && result.isError) throw new Refused("The app did not do that.");
}

function read(result: ToolResult): unknown {
  const text = (result.content ?? [])
    .map((part) => part.text ?? "")
    .join("\n")
    .trim();
  if (result.isError) throw new Refused(plain(text) || "The server did not say why this failed.");
  const { structuredContent: data, _meta } = result;
  if (data) return { ...(data as object), _meta };
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("The app did not pass on the candidates. Ask the assistant for them.");
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The height beyond which the list scrolls by itself, so that its buttons stay in sight. */
const TALLEST = 720;

function applyContext(context: McpUiHostContext): void {
  const { displayMode = "inline", containerDimensions: size = {} } = context;
  const root = document.documentElement;
  root.classList.toggle("filled", displayMode !== "inline" || "height" in size);
  const most = "maxHeight" in size && size.maxHeight ? size.maxHeight : TALLEST;
  root.style.setProperty("--tallest", `${Math.min(most, TALLEST)}px`);
  if (context.theme) applyDocumentTheme(context.theme);
  if (context.styles?.variables) applyHostStyleVariables(context.styles.variables);
  if (context.styles?.css?.fonts) applyHostFonts(context.styles.css.fonts);
}

/** Whether an address is a plain LinkedIn URL. */
export function isLinkedIn(address: string): boolean {
  try {
    const { protocol, hostname, username, password, port } = new URL(address);
    const theirs = hostname === "linkedin.com" || hostname.endsWith(".linkedin.com");
    return protocol === "https:" && theirs && !username && !password && !port;
  } catch {
    return false;
  }
}
