import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { runFetch } from "./data_fetch.ts";
import { fits, HUB_SETS } from "./data_fetch/sets.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const REPO = "FreedomIntelligence/medical-o1-verifiable-problem";
const NAME = "medical-o1-verifiable";
const FILE = "medical_o1_verifiable_problem.json";

const CONTENT = new TextEncoder().encode(JSON.stringify(
  Array.from({ length: 5000 }, (_, i) => ({
    "Open-ended Verifiable Question": `Which number is ${i}?`,
    "Ground-True Answer": `number ${i}`,
  })),
));

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** What a test makes the hub do. */
interface Behaviour {
  /** Hash that the listing gives; of the content, unless a test lies. */
  readonly sha256?: string;
  /** Lists the file as git holds it, without large-file storage. */
  readonly isSmall?: boolean;
  /** Bodies are cut after this many bytes, as often as `cuts` says. */
  readonly cutAfter?: number;
  readonly cuts?: number;
  /** A cut body never ends. */
  readonly hangs?: boolean;
  readonly ignoresRange?: boolean;
  /** Answers everything with this status unless the token is given. */
  readonly gated?: number;
  /** Offers the file by the hub's other protocol too. */
  readonly hasXet?: boolean;
}

/** Plays the endpoints of the hub that @huggingface/hub calls. */
class Hub {
  readonly requests: string[] = [];
  behaviour: Behaviour = {};
  #cutsDone = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  set(behaviour: Behaviour): void {
    this.behaviour = behaviour;
    this.requests.length = 0;
    this.#cutsDone = 0;
  }

  close(): Promise<void> {
    return this.#server.shutdown();
  }

  #answer(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const range = request.headers.get("Range");
    this.requests.push(`${pathname}${range === null ? "" : ` ${range}`}`);
    const { gated } = this.behaviour;
    if (gated !== undefined && request.headers.get("Authorization") !== "Bearer hf_test") {
      return Response.json({ error: "Access to this set is restricted." }, { status: gated });
    }
    if (pathname === `/api/datasets/${REPO}/revision/main`) {
      return Response.json({ _id: "1", id: REPO, sha: COMMIT, lastModified: "2025-01-01" });
    }
    if (pathname === `/api/datasets/${REPO}/tree/${COMMIT}`) return this.#list(searchParams);
    if (pathname === `/datasets/${REPO}/resolve/${COMMIT}/${FILE}`) {
      if (this.behaviour.hasXet && request.headers.get("Accept")?.includes("xet-fileinfo")) {
        return new Response("{}", {
          headers: {
            "Content-Type": "application/vnd.xet-fileinfo+json",
            "X-Linked-Size": String(CONTENT.length),
            "X-Xet-Hash": "f".repeat(64),
            ETag: '"x"',
            Link:
              `<${this.url}/xet>; rel="xet-auth", <${this.url}/r>; rel="xet-reconstruction-info"`,
          },
        });
      }
      return Response.redirect(`${this.url}/cdn/${FILE}`, 302);
    }
    if (pathname === `/cdn/${FILE}`) return this.#serve(range);
    return Response.json({ error: "not found" }, { status: 404 });
  }

  /** The listing comes in two pages. */
  #list(search: URLSearchParams): Response {
    const oid = createHash("sha1").update(`blob ${CONTENT.length}\0`).update(CONTENT).digest("hex");
    const lfs = {
      oid: this.behaviour.sha256 ?? sha256(CONTENT),
      size: CONTENT.length,
      pointerSize: 130,
    };
    const file = { type: "file", path: FILE, size: CONTENT.length, oid };
    if (search.get("cursor") === "2") {
      return Response.json([this.behaviour.isSmall ? file : { ...file, lfs }]);
    }
    const next = `${this.url}/api/datasets/${REPO}/tree/${COMMIT}?cursor=2`;
    const first = { type: "file", path: `../${FILE}`, size: 1, oid: "0".repeat(40) };
    return Response.json([first], { headers: { Link: `<${next}>; rel="next"` } });
  }

  #serve(range: string | null): Response {
    const parts = this.behaviour.ignoresRange ? null : /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
    const [from, to] = parts === null
      ? [0, CONTENT.length - 1]
      : [Number(parts[1]), Number(parts[2])];
    const bytes = CONTENT.slice(from, to + 1);
    const headers = {
      ETag: '"e"',
      ...(parts === null ? {} : { "Content-Range": `bytes ${from}-${to}/${CONTENT.length}` }),
    };
    const { cutAfter, cuts = 0, hangs = false } = this.behaviour;
    const isProbe = range === "bytes=0-0";
    if (isProbe) {
      return new Response(bytes.slice(0, 1), {
        status: 206,
        headers: { ...headers, "Content-Range": `bytes 0-0/${CONTENT.length}` },
      });
    }
    if (cutAfter === undefined || this.#cutsDone >= cuts) {
      return new Response(bytes, { status: parts === null ? 200 : 206, headers });
    }
    this.#cutsDone++;
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.slice(0, cutAfter));
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (!hangs) controller.close();
      },
    });
    return new Response(body, {
      status: parts === null ? 200 : 206,
      headers: { ...headers, "Content-Length": String(bytes.length) },
    });
  }
}

const hub = new Hub();

interface Result {
  readonly status: number;
  readonly text: string;
}

async function run(
  folder: string,
  args: readonly string[] = [NAME],
  token: string | null = null,
  hubUrl = hub.url,
  signal = new AbortController().signal,
): Promise<Result> {
  const lines: string[] = [];
  const status = await runFetch([...args, "--out", folder], {
    access: { hubUrl, token, signal },
    print: (line) => lines.push(line),
    isTerminal: false,
    now: () => new Date(0),
  });
  return { status, text: lines.join("\n") };
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

Deno.test("a set is fetched at its commit, checked, and described beside its files", async () => {
  for (const behaviour of [{}, { isSmall: true }, { hasXet: true }]) {
    hub.set(behaviour);
    const folder = await Deno.makeTempDir();
    const { status, text } = await run(folder);
    assertEquals(status, 0, text);
    assertMatch(text, /licence Apache-2\.0/);
    assertEquals(await Deno.readFile(`${folder}/${NAME}/${FILE}`), CONTENT);
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/${NAME}/fetch.json`)), {
      name: NAME,
      repo: REPO,
      revision: "main",
      commit: COMMIT,
      licence: "Apache-2.0",
      fetchedAt: "1970-01-01T00:00:00.000Z",
      files: [{ path: FILE, sizeBytes: CONTENT.length, sha256: sha256(CONTENT) }],
    });
    assertEquals(await namesIn(`${folder}/${NAME}`), ["fetch.json", FILE]);
    hub.set(behaviour);
    assertMatch((await run(folder)).text, /whole before/);
    assertEquals(hub.requests.filter((path) => path.startsWith("/cdn")), []);
  }
});

Deno.test("a cut download goes on where it ended, and ends in the same bytes", async () => {
  hub.set({ cutAfter: 100_000, cuts: 2 });
  const folder = await Deno.makeTempDir();
  const first = await run(folder);
  assertEquals(first.status, 1);
  assertMatch(first.text, /is not reached or was cut off/);
  assertMatch(first.text, /run the same command again/);
  const [part] = await namesIn(`${folder}/${NAME}`);
  assertEquals((await namesIn(`${folder}/${NAME}`)).length, 1);
  assertEquals((await Deno.stat(`${folder}/${NAME}/${part}`)).size, 100_000);
  assertEquals((await run(folder)).status, 1);
  const last = await run(folder);
  assertEquals(last.status, 0, last.text);
  assertMatch(last.text, /resumed/);
  assertEquals(await Deno.readFile(`${folder}/${NAME}/${FILE}`), CONTENT);
  const ranges = hub.requests.filter((path) => /^\/cdn.* bytes=[^0]/.test(path));
  const end = CONTENT.length - 1;
  assertEquals(ranges, [
    `/cdn/${FILE} bytes=100000-${end}`,
    `/cdn/${FILE} bytes=200000-${end}`,
  ]);
  assertEquals(await namesIn(`${folder}/${NAME}`), ["fetch.json", FILE]);
});

Deno.test("Ctrl-C keeps what was fetched and says how to go on", async () => {
  hub.set({ cutAfter: 100_000, cuts: 1, hangs: true });
  const folder = await Deno.makeTempDir();
  const stop = new AbortController();
  const running = run(folder, [NAME], null, hub.url, stop.signal);
  while (!hub.requests.some((path) => path === `/cdn/${FILE}`)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  const { status, text } = await running;
  assertEquals(status, 130);
  assertMatch(text, new RegExp(`interrupted. To go on: deno task data:fetch ${NAME} --out`));
  const { status: after, text: resumed } = await run(folder);
  assertEquals(after, 0, resumed);
  assertEquals(await Deno.readFile(`${folder}/${NAME}/${FILE}`), CONTENT);
});

Deno.test("a server that ignores the range costs a fetch from the start, not the file", async () => {
  hub.set({ cutAfter: 100_000, cuts: 1, ignoresRange: true });
  const folder = await Deno.makeTempDir();
  assertEquals((await run(folder)).status, 1);
  const { status, text } = await run(folder);
  assertEquals(status, 0, text);
  assertEquals(await Deno.readFile(`${folder}/${NAME}/${FILE}`), CONTENT);
});

Deno.test("bytes with another hash than the hub lists are removed and said", async () => {
  hub.set({ sha256: "a".repeat(64) });
  const folder = await Deno.makeTempDir();
  const { status, text } = await run(folder);
  assertEquals(status, 1);
  assertMatch(
    text,
    /its SHA-256 must be a{64}, as the hub lists it: current value is [0-9a-f]{64}/,
  );
  assertEquals(await namesIn(`${folder}/${NAME}`), []);
});

Deno.test("sets whose terms must be accepted say so, and open with the user's token", async () => {
  for (const status of [401, 403]) {
    hub.set({ gated: status });
    const folder = await Deno.makeTempDir();
    const refused = await run(folder);
    assertEquals(refused.status, 1);
    assertMatch(refused.text, new RegExp(`status ${status}.*HF_TOKEN`, "s"));
    assertEquals((await run(folder, [NAME], "hf_test")).status, 0);
  }
});

Deno.test("without network the command names each file and where to place it", async () => {
  const closed = new Hub();
  const { url } = closed;
  await closed.close();
  const folder = await Deno.makeTempDir();
  for (const set of HUB_SETS) {
    const { status, text } = await run(folder, [set.name], null, url);
    assertEquals(status, 1);
    assertMatch(text, new RegExp(`${url} is not reached`));
    assert(text.includes(`https://huggingface.co/datasets/${set.repo}/tree/main`));
    assert(text.includes(`${folder}/${set.name}/${set.files[0]![0]}`), text);
    assert(text.includes(set.licence));
  }
  assertEquals(await namesIn(folder), []);
});

Deno.test("a repository without the set's files, or none at all, is named", async () => {
  hub.set({});
  const folder = await Deno.makeTempDir();
  const absent = await run(folder, ["medqa"]);
  assertEquals(absent.status, 1);
  assertMatch(absent.text, /no such repository, revision or file \(status 404\)/);
  const other = await run(folder, [NAME, "--revision", "v9"]);
  assertMatch(other.text, /Choose another --revision/);
});

Deno.test("EHRNoteQA is never fetched; an unknown name lists the known ones", async () => {
  hub.set({});
  const { status, text } = await run("unused", ["EHRNoteQA"]);
  assertEquals([status, hub.requests], [1, []]);
  assertMatch(text, /PhysioNet credentialed data and is never fetched/);
  await assertRejects(
    () => run("unused", ["medqq"]),
    Error,
    "NAME must be one of medcalc-verified",
  );
  assertMatch((await run("unused", ["--help"])).text, /medcalc-v1\.0 .*labels are wrong/s);
});

Deno.test("patterns name files as they say", () => {
  assert(fits("data/train-00000-of-00001.parquet", "data/train-*.parquet"));
  assert(fits("Text/dev.jsonl", "Text/dev*"));
  assert(!fits("data/trainXparquet", "data/train*.parquet"));
  assert(!fits("x/medical_o1_sft.json", "medical_o1_sft.json"));
});

Deno.test("the test's hub ends", () => hub.close());
