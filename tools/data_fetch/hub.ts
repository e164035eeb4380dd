/**
 * What is asked of the hub: the commit of a revision, the files of a set, and bytes.
 *
 * @module
 */

import { datasetInfo, downloadFile, HubApiError, listFiles } from "@huggingface/hub";
import { fits, type HubSet } from "./sets.ts";

/** The hub's own address; the variable HF_ENDPOINT names a mirror. */
export const HUB_URL = "https://huggingface.co";

/** Longest wait for the hub's first byte. */
const ANSWER_MS = 30_000;

/** Where and as whom to ask. */
export interface HubAccess {
  readonly hubUrl: string;
  /** The user's token, for sets whose terms must be accepted. */
  readonly token: string | null;
  /** Aborts every request. */
  readonly signal: AbortSignal;
}

/** One file of a set. */
export interface HubFile {
  /** Path in the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** What its bytes hash to: SHA-256, or for files outside large-file storage git's SHA-1 of the blob. */
  readonly hash: { readonly kind: "sha256" | "git"; readonly hex: string };
}

/** A set as it stands on the hub. */
export interface HubSnapshot {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** The hub refuses: `statusCode` says how, 401 and 403 for sets whose terms must be accepted. */
export { HubApiError };

/** Fetch that gives up if the hub does not begin to answer, and leaves no body of one byte open. */
function makeFetch({ signal }: HubAccess): typeof fetch {
  return async (input, init) => {
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)),
      ANSWER_MS,
    );
    try {
      const response = await fetch(input, {
        ...init,
        signal: AbortSignal.any([signal, patience.signal]),
      });
      const { status, headers } = response;
      const isProbe = new Headers(init?.headers).get("Range") === "bytes=0-0";
      return isProbe ? new Response(await readSome(response), { status, headers }) : response;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** First kilobyte of a body: all of a probe's or an error's, and no more of what ignores the range. */
async function readSome(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const first = (await reader?.read())?.value ?? new Uint8Array();
  await reader?.cancel();
  return new Uint8Array(first.subarray(0, 1024));
}

function toOptions(set: HubSet, access: HubAccess) {
  return {
    repo: { type: "dataset", name: set.repo } as const,
    hubUrl: access.hubUrl,
    fetch: makeFetch(access),
    ...(access.token === null ? {} : { accessToken: access.token }),
  };
}

/**
 * Looks a set up.
 *
 * @param revision Branch, tag or commit.
 * @throws {HubApiError} if the hub refuses.
 * @throws {TypeError} if it cannot be reached.
 * @throws {RangeError} if the repository has none of the files.
 */
export async function readSnapshot(
  set: HubSet,
  revision: string,
  access: HubAccess,
): Promise<HubSnapshot> {
  const { repo, ...options } = toOptions(set, access);
  const { sha } = await datasetInfo({
    ...options,
    name: repo.name,
    revision,
    additionalFields: ["sha"],
  });
  const all: HubFile[] = [];
  for await (
    const { type, path, size, oid, lfs } of listFiles({
      ...options,
      repo,
      revision: sha,
      recursive: true,
    })
  ) {
    if (type !== "file" || path.split("/").includes("..") || path.startsWith("/")) continue;
    const hash = lfs === undefined
      ? { kind: "git" as const, hex: oid ?? "" }
      : { kind: "sha256" as const, hex: lfs.oid };
    all.push({ path, sizeBytes: lfs?.size ?? size, hash });
  }
  const files = set.files.flatMap((patterns) => {
    for (const pattern of patterns) {
      const found = all.filter(({ path }) => fits(path, pattern));
      if (found.length > 0) return found;
    }
    const names = all.slice(0, 20).map(({ path }) => path).join(", ") || "none";
    throw new RangeError(
      `Cannot fetch ${set.name}: ${set.repo} at ${sha.slice(0, 12)} must have a file ` +
        `${patterns.join(" or ")}: its files are ${names}`,
    );
  });
  return { commit: sha, files };
}

/**
 * A file's bytes from a place on.
 *
 * @throws {HubApiError} if the hub refuses.
 * @throws {TypeError} if it cannot be reached.
 */
export async function openFile(
  set: HubSet,
  file: HubFile,
  commit: string,
  fromByte: number,
  access: HubAccess,
): Promise<ReadableStream<Uint8Array>> {
  const blob = await downloadFile({
    ...toOptions(set, access),
    path: file.path,
    revision: commit,
    // Plain HTTP goes on at any byte and through any mirror.
    xet: false,
  });
  if (blob === null) {
    throw new RangeError(`Cannot fetch ${file.path}: ${set.repo} lists it but does not serve it`);
  }
  return blob.slice(fromByte, file.sizeBytes).stream();
}
