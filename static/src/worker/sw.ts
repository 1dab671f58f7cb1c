// The service worker: the page opens again without a network. The program's own files are kept under the build's version; answers of
// the server are kept by the page as it reads them (keep.ts) and handed out only where the network gives none.

import { ANSWERS, STORED, withTime } from "../keep";

/** Put in by static/build.mjs: what the page is made of, and a name for exactly these files. */
declare const FILES: string[];
declare const VERSION: string;

interface Worker {
  addEventListener(type: "install" | "activate", run: (event: { waitUntil(done: Promise<unknown>): void }) => void): void;
  addEventListener(type: "fetch", run: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
const worker = globalThis as unknown as Worker;

const SHELL = `harmattan-shell-${VERSION}`;
const PAGE = "/";

/** A line that gives nothing for so long counts as none. */
const PATIENCE_MS = 12_000;

worker.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(SHELL);
    await cache.addAll(FILES);
    await cache.put(PAGE, await fetch(PAGE, { headers: { Accept: "text/html" } }));
    await worker.skipWaiting();
  };
  event.waitUntil(keep());
});

worker.addEventListener("activate", (event) => {
  const clear = async () => {
    for (const name of await caches.keys()) if (name.startsWith("harmattan-shell-") && name !== SHELL) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(clear());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(fileFirst(request));
  else if (url.pathname === PAGE && request.mode === "navigate") event.respondWith(networkFirst(request, SHELL, PAGE));
  else if (/^\/(playback\/|actors$|datasets$|collections\/)/.test(url.pathname)) event.respondWith(networkFirst(request, ANSWERS, request.url));
});

/** Its name holds the hash of its content: what is kept is right. */
async function fileFirst(request: Request): Promise<Response> {
  const kept = await caches.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  // What opens later (films) is kept once it was used.
  if (answer.ok) await (await caches.open(SHELL)).put(request.url, answer.clone());
  return answer;
}

async function networkFirst(request: Request, cacheName: string, key: string): Promise<Response> {
  const fallback = async () => (await caches.open(cacheName)).match(key, { ignoreVary: true });
  const late = new Promise<Response | undefined>((resolve) => setTimeout(() => void fallback().then(resolve), PATIENCE_MS));
  try {
    const network = fetch(request);
    const answer = await Promise.race([network, late]);
    return answer ?? (await network);
  } catch (error) {
    const kept = await fallback();
    if (!kept) throw error;
    return kept.headers.has(STORED) ? kept : withTime(kept);
  }
}
