/**
 * A small server of OpenAI's protocol on 127.0.0.1 for tests, with failures planted.
 *
 * @module
 */

/** What a test makes of one request: the n-th with this last message, from 0. */
export type Plan = (request: ChatRequest, n: number) => Response | Promise<Response>;

/** A request as the server sees it. */
export interface ChatRequest {
  readonly authorization: string | null;
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly temperature: number;
  readonly top_p: number;
  readonly top_k?: number;
  readonly min_p?: number;
  readonly max_tokens: number;
  readonly seed: number;
}

/** A running server and what it was asked. */
export interface ChatServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ChatRequest[];
  /** Most requests that were open at the same time. */
  readonly mostAtOnce: () => number;
}

/** A response with one message. */
export function say(content: string, usage: unknown = { completion_tokens: 21 }): Response {
  return Response.json({ choices: [{ message: { content }, finish_reason: "stop" }], usage });
}

/** Serves `models` and answers every chat as the plan says. */
export function startChatServer(plan: Plan, models: readonly string[] = ["small"]): ChatServer {
  const requests: ChatRequest[] = [];
  const times = new Map<string, number>();
  let open = 0, most = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/models") {
      return Response.json({ data: models.map((id) => ({ id })) });
    }
    if (pathname !== "/v1/chat/completions") return new Response("no such page", { status: 404 });
    const chat: ChatRequest = {
      ...await request.json(),
      authorization: request.headers.get("authorization"),
    };
    requests.push(chat);
    const key = `${chat.messages.at(-1)!.content} ${chat.seed}`;
    const n = times.get(key) ?? 0;
    times.set(key, n + 1);
    most = Math.max(most, ++open);
    try {
      return await plan(chat, n);
    } finally {
      open--;
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
