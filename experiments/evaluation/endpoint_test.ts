import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type CompletionRequest,
  type Endpoint,
  endpointUrl,
  findServedModel,
  requestCompletion,
} from "./endpoint.ts";
import type { RetryOptions } from "./retry.ts";
import { say, startChatServer } from "./testdata/chat_server.ts";

const REQUEST: CompletionRequest = {
  model: "small",
  messages: [{ role: "user", content: "Which?" }],
  temperature: 0.5,
  topK: 0,
  topP: 0.9,
  minP: 0,
  maxTokens: 40,
  seed: 7,
};

function retry(changes: Partial<RetryOptions> = {}): RetryOptions {
  const { signal } = new AbortController();
  return { tries: 3, firstWaitMs: 1, longestWaitMs: 2000, jitter: () => 0, signal, ...changes };
}

function endpoint(url: string, changes: Partial<Endpoint> = {}): Endpoint {
  return { url: endpointUrl(url)!, key: null, timeLimitMs: 5000, ...changes };
}

Deno.test("a completion is asked for in the protocol's words, with the key as a bearer token", async () => {
  await using server = startChatServer(() => say("<answer>A</answer>"));
  const served = await requestCompletion(
    endpoint(server.url, { key: "s3cret" }),
    REQUEST,
    retry(),
  );
  assertEquals(served, {
    text: "<answer>A</answer>",
    finishReason: "stop",
    tokens: 21,
    thinkingTokens: null,
  });
  assertEquals(server.requests, [{
    authorization: "Bearer s3cret",
    model: "small",
    messages: [{ role: "user", content: "Which?" }],
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 40,
    seed: 7,
  }]);
});

Deno.test("cuts that are no part of the protocol are sent only where they cut", async () => {
  await using server = startChatServer(() => say("A"));
  await requestCompletion(endpoint(server.url), { ...REQUEST, topK: 40, minP: 0.1 }, retry());
  const { top_k, min_p } = server.requests[0]!;
  assertEquals([top_k, min_p], [40, 0.1]);
});

Deno.test("thinking that a server takes out is put back, with its count", async () => {
  const usage = { completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 5 } };
  await using server = startChatServer((_, n) =>
    Response.json({
      choices: [{
        message: n === 0
          ? { content: "<answer>A</answer>", reasoning_content: "hm" }
          : { content: null, reasoning: "cut" },
        finish_reason: n === 0 ? "stop" : "length",
      }],
      usage,
    })
  );
  const first = await requestCompletion(endpoint(server.url), REQUEST, retry());
  assertEquals([first.text, first.thinkingTokens], ["<think>hm</think><answer>A</answer>", 5]);
  const second = await requestCompletion(endpoint(server.url), REQUEST, retry());
  assertEquals([second.text, second.finishReason], ["<think>cut</think>", "length"]);
});

Deno.test("without usage the counts are missing", async () => {
  await using server = startChatServer(() => say("x", null));
  assertEquals((await requestCompletion(endpoint(server.url), REQUEST, retry())).tokens, null);
});

Deno.test("429 and 5xx are tried again, Retry-After is waited for", async () => {
  await using server = startChatServer((_, n) => {
    if (n === 0) {
      return new Response("slow down", { status: 429, headers: { "retry-after": "1" } });
    }
    return n === 1 ? new Response("oops", { status: 503 }) : say("late");
  });
  const startMs = performance.now();
  assertEquals((await requestCompletion(endpoint(server.url), REQUEST, retry())).text, "late");
  // A lower bound only: what was asked for was waited for, however slow the machine is.
  assert(performance.now() - startMs >= 990);
  assertEquals(server.requests.length, 3);
});

Deno.test("a failure that stays is told with its cause, without the key", async () => {
  await using server = startChatServer(() => new Response("bad key s3cret\n\n!", { status: 500 }));
  const asked = requestCompletion(endpoint(server.url, { key: "s3cret" }), REQUEST, retry());
  const error = await assertRejects(() => asked, Error) as Error;
  assertEquals(error.message, "status 500: bad key (key) !");
  assertEquals(server.requests.length, 3);
});

Deno.test("a request that is wrong is not sent again", async () => {
  await using server = startChatServer(() => new Response("too long", { status: 400 }));
  const asked = requestCompletion(endpoint(server.url), REQUEST, retry());
  await assertRejects(() => asked, Error, "status 400: too long");
  assertEquals(server.requests.length, 1);
});

Deno.test("a response that is cut off is asked for again; one of another protocol is not", async () => {
  await using server = startChatServer((_, n) =>
    n === 0 ? new Response('{"choices": [{"mess') : Response.json({ choices: [] })
  );
  const asked = requestCompletion(endpoint(server.url), REQUEST, retry());
  await assertRejects(() => asked, Error, "does not follow the protocol: choices");
  assertEquals(server.requests.length, 2);
});

Deno.test("the time limit holds to the last byte", async () => {
  await using server = startChatServer((_, n) => {
    if (n > 0) return say("whole");
    let timer: ReturnType<typeof setTimeout>;
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("{"));
          timer = setTimeout(() => controller.close(), 60_000);
        },
        cancel: () => clearTimeout(timer),
      }),
    );
  });
  const limited = endpoint(server.url, { timeLimitMs: 300 });
  assertEquals((await requestCompletion(limited, REQUEST, retry())).text, "whole");
});

Deno.test("a server that is not there is told of, and a signal ends the tries", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  await assertRejects(() => requestCompletion(endpoint(url), REQUEST, retry()), Error, "refused");
  const controller = new AbortController();
  const patient = retry({ signal: controller.signal, firstWaitMs: 60_000, longestWaitMs: 60_000 });
  const asked = requestCompletion(endpoint(url), REQUEST, patient);
  setTimeout(() => controller.abort(new Error("told to stop")), 20);
  await assertRejects(() => asked, Error, "told to stop");
});

Deno.test("the one model that a server serves is found; of several one must be named", async () => {
  await using one = startChatServer(() => say("x"));
  assertEquals(await findServedModel(endpoint(one.url), retry()), "small");
  await using two = startChatServer(() => say("x"), ["a", "b"]);
  await assertRejects(() => findServedModel(endpoint(two.url), retry()), Error, "is a, b. Name it");
  const elsewhere = endpoint(`${one.url}/other`);
  await assertRejects(() => findServedModel(elsewhere, retry()), Error, "status 404");
});

Deno.test("addresses with a name, a password, a query or another scheme are none", () => {
  for (const url of ["http://a:b@host", "http://host/?key=1", "ftp://host", "host:8000", ""]) {
    assertEquals(endpointUrl(url), null, url);
  }
});
