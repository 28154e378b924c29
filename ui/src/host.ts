/** The app around the shortlist: whom it asks for everything that it cannot do by itself. */

import {
  App,
  applyDocumentTheme,
  applyHostFonts,
  applyHostStyleVariables,
  type McpUiHostContext,
} from "@modelcontextprotocol/ext-apps";

/** An answer in place of a result: a sentence for the person. */
export class Refused extends Error {}

interface Answer {
  content?: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

const PATIENCE_MS = 120_000;
/** What costs credits may first be approved by the person in a dialog of the app. */
const PATIENCE_FOR_APPROVAL_MS = 900_000;

export class Host {
  readonly #app = new App(
    { name: "fj-mcp-shortlist", version: "1.0.0" },
    { availableDisplayModes: ["inline", "fullscreen"] },
    { autoResize: true },
  );

  /** Connects, and hands over each result of the tool that the shortlist belongs to. */
  async connect(
    onAnswer: (read: () => unknown) => void,
    onCancelled: () => void,
    onEnd: () => void,
  ): Promise<void> {
    this.#app.ontoolresult = (answer) => onAnswer(() => read(answer as Answer));
    this.#app.ontoolcancelled = onCancelled;
    this.#app.onhostcontextchanged = dress;
    this.#app.onteardown = () => {
      onEnd();
      return {};
    };
    await this.#app.connect();
    const context = this.#app.getHostContext();
    if (context) dress(context);
  }

  /** The result of a tool. Raises `Refused` with what the server or the app says instead. */
  async call<T>(tool: string, args: Record<string, unknown>, paid = false): Promise<T> {
    if (!this.#app.getHostCapabilities()?.serverTools) {
      throw new Refused("This app does not let the shortlist do that. Ask the assistant instead.");
    }
    const timeout = paid ? PATIENCE_FOR_APPROVAL_MS : PATIENCE_MS;
    let answer: Answer;
    try {
      answer = await this.#app.callServerTool({ name: tool, arguments: args }, { timeout });
    } catch (error) {
      throw new Refused(`The app did not do that: ${reason(error)}`);
    }
    return read(answer) as T;
  }

  /** Lets the person ask the assistant something. */
  async tell(text: string): Promise<void> {
    if (!this.#app.getHostCapabilities()?.message) {
      throw new Refused("This app does not pass questions on to the assistant.");
    }
    await accepted(() =>
      this.#app.sendMessage({ role: "user", content: [{ type: "text", text }] }),
    );
  }

  /** Opens a web address outside. */
  async open(url: string): Promise<void> {
    if (!this.#app.getHostCapabilities()?.openLinks) {
      throw new Refused(`This app does not open links. The address is ${url}`);
    }
    await accepted(() => this.#app.openLink({ url }));
  }
}

async function accepted(request: () => Promise<{ isError?: boolean }>): Promise<void> {
  let answer: { isError?: boolean };
  try {
    answer = await request();
  } catch (error) {
    throw new Refused(`The app did not do that: ${reason(error)}`);
  }
  if (answer.isError) throw new Refused("The app did not do that.");
}

function read(answer: Answer): unknown {
  const text = (answer.content ?? [])
    .map((part) => part.text ?? "")
    .join("\n")
    .trim();
  if (answer.isError) throw new Refused(text || "The server did not say why this failed.");
  if (answer.structuredContent) return answer.structuredContent;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("The app did not pass on the candidates. Ask the assistant for them.");
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function dress(context: McpUiHostContext): void {
  if (context.theme) applyDocumentTheme(context.theme);
  if (context.styles?.variables) applyHostStyleVariables(context.styles.variables);
  if (context.styles?.css?.fonts) applyHostFonts(context.styles.css.fonts);
}

/** Whether an address leads to LinkedIn and nowhere else. */
export function isLinkedIn(address: string): boolean {
  try {
    const { protocol, hostname, username, password, port } = new URL(address);
    const theirs = hostname === "linkedin.com" || hostname.endsWith(".linkedin.com");
    return protocol === "https:" && theirs && !username && !password && !port;
  } catch {
    return false;
  }
}
