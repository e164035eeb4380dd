/**
 * Chat completions from a server that speaks OpenAI's protocol: vLLM, llama.cpp's server, and others.
 *
 * Plain `fetch`, not the `openai` package: that has 20 MB in 2,700 files for the one request that is
 * needed here, its time limit ends with the response's headers, it waits for as long as Retry-After says,
 * and it sends what it finds in `OPENAI_...` variables to whatever server it is pointed at.
 *
 * @module
 */

import type { ChatMessage } from "@terse/data";
import { z } from "zod";
import { PassingError, retryAfterMs, type RetryOptions, withRetries } from "./retry.ts";

/** Environment variable with the server's key, where it wants one. Not written anywhere. */
export const KEY_VARIABLE = "TERSE_ENDPOINT_KEY";

/** No response is longer: a server that sends without end must not fill the memory. */
const LONGEST_RESPONSE_BYTES = 16 * 1024 * 1024;

/** Characters of a server's own words that a cause quotes. */
const QUOTED_CHARACTERS = 300;

/** A server and how it is asked. */
export interface Endpoint {
  /** Up to and with `/v1`, without a slash at the end. */
  readonly url: string;
  /** Sent as a bearer token; null for none. */
  readonly key: string | null;
  /** Time for one try, from the connection to the last byte. */
  readonly timeLimitMs: number;
}

/** What a completion is asked for. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  /** 0 for all tokens; not sent then, as it is no part of OpenAI's protocol. The same holds for minP. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxTokens: number;
  /** Servers that know no seeds pass over it. */
  readonly seed: number;
}

/** What came back. Counts are null where the server does not tell. */
export interface ServedCompletion {
  /**
   * The message. A server that takes the thinking out of it (vLLM's and llama.cpp's reasoning parsers)
   * sends it in a field of its own; it is put back between `<think>` and `</think>`.
   */
  readonly text: string;
  readonly finishReason: string;
  readonly tokens: number | null;
  readonly thinkingTokens: number | null;
}

const count = z.number().int().nonnegative();
const text = z.string().nullish();

const completionSchema = z.object({
  choices: z.array(z.object({
    message: z.object({ content: text, reasoning_content: text, reasoning: text }),
    finish_reason: text,
  })).min(1),
  usage: z.object({
    completion_tokens: count.nullish(),
    completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
  }).nullish(),
});

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * The base of a server's addresses: with `/v1` behind it if it has no path.
 *
 * @example
 * ```ts
 * import { endpointUrl } from "./endpoint.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(endpointUrl("http://127.0.0.1:8000/"), "http://127.0.0.1:8000/v1");
 * assertEquals(endpointUrl("https://host/api/v1/"), "https://host/api/v1");
 * ```
 * @returns Null if it is no http or https address, or one with a name, a password or a query.
 */
export function endpointUrl(value: string): string | null {
  const url = URL.parse(value);
  const isPlain = url !== null && (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain) return null;
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path === "" ? "/v1" : path}`;
}

/** An error's message and those of what caused it: `fetch failed` alone says little. */
function describeCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${describeCauses(error.cause)}`;
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let content = "", sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > LONGEST_RESPONSE_BYTES) {
      throw new Error(`the response is longer than ${LONGEST_RESPONSE_BYTES} bytes`);
    }
    content += decoder.decode(chunk, { stream: true });
  }
  return content + decoder.decode();
}

/** Sends one request and reads the whole response; what may pass is thrown as such. */
async function tryOnce(
  { url, key, timeLimitMs }: Endpoint,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  // A server may repeat the key in its own words.
  const hideKey = (words: string) => key === null ? words : words.replaceAll(key, "(key)");
  const timeLimit = AbortSignal.timeout(timeLimitMs);
  let response: Response, content: string;
  try {
    response = await fetch(url + path, {
      method: body === null ? "GET" : "POST",
      headers: {
        accept: "application/json",
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, timeLimit]),
    });
    content = await readBounded(response);
  } catch (error) {
    signal.throwIfAborted();
    const cause = timeLimit.aborted
      ? `no whole response within ${timeLimitMs / 1000} s`
      : hideKey(describeCauses(error));
    throw new PassingError(cause, null);
  }
  if (!response.ok) {
    const { status } = response;
    const words = hideKey(content.trim().replace(/\s+/g, " ")).slice(0, QUOTED_CHARACTERS);
    const cause = `status ${status}${words === "" ? "" : `: ${words}`}`;
    const mayPass = status === 408 || status === 425 || status === 429 || status >= 500;
    if (!mayPass) throw new Error(cause);
    throw new PassingError(cause, retryAfterMs(response.headers.get("retry-after"), Date.now()));
  }
  try {
    return JSON.parse(content);
  } catch {
    // Most likely cut off on its way.
    throw new PassingError("the response is no whole JSON", null);
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Error(`the response does not follow the protocol: ${path.join(".")}: ${message}`);
}

/**
 * Asks for one chat completion, again if it fails in a way that may pass (no connection, no whole response
 * in time, status 408, 425, 429 or 5xx).
 *
 * @throws {Error} whose message is the last failure's cause, without the key; the reason of the signal if
 *   it aborts.
 */
export async function requestCompletion(
  endpoint: Endpoint,
  request: CompletionRequest,
  retry: RetryOptions,
): Promise<ServedCompletion> {
  const { model, messages, temperature, topK, topP, minP, maxTokens, seed } = request;
  const body = {
    model,
    messages,
    temperature,
    top_p: topP,
    ...(topK === 0 ? {} : { top_k: topK }),
    ...(minP === 0 ? {} : { min_p: minP }),
    max_tokens: maxTokens,
    seed,
  };
  const value = await withRetries(
    () => tryOnce(endpoint, "/chat/completions", body, retry.signal),
    retry,
  );
  const { choices: [choice], usage } = check(completionSchema, value);
  const { content, reasoning_content, reasoning } = choice!.message;
  const thinking = reasoning_content ?? reasoning ?? "";
  const details = usage?.completion_tokens_details;
  return {
    text: (thinking === "" ? "" : `<think>${thinking}</think>`) + (content ?? ""),
    finishReason: choice!.finish_reason ?? "unknown",
    tokens: usage?.completion_tokens ?? null,
    // Servers that do not look for thinking count 0, whatever the message holds.
    thinkingTokens: thinking === "" ? null : details?.reasoning_tokens ?? null,
  };
}

/**
 * The name of the one model that a server serves.
 *
 * @throws {Error} if the server cannot be asked or serves none or several, saying what to do.
 */
export async function findServedModel(endpoint: Endpoint, retry: RetryOptions): Promise<string> {
  let names: string[];
  try {
    const value = await withRetries(() => tryOnce(endpoint, "/models", null, retry.signal), retry);
    names = check(modelsSchema, value).data.map(({ id }) => id);
  } catch (cause) {
    retry.signal.throwIfAborted();
    throw new Error(
      `Cannot ask ${endpoint.url} for its models: ${(cause as Error).message}. Start the server, ` +
        `or name the model with --endpoint-model; a key is read from ${KEY_VARIABLE}`,
      { cause },
    );
  }
  if (names.length !== 1) {
    throw new Error(
      `Cannot tell which model to ask: ${endpoint.url} must serve one: current value is ` +
        `${
          names.length === 0 ? "none" : names.slice(0, 20).join(", ")
        }. Name it with --endpoint-model`,
    );
  }
  return names[0]!;
}
