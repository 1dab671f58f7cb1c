// Keeps answers of the server in the browser's cache, with the time they came, for when there is no network. The service worker hands
// them out; the page says so.

/** Cache of answers. Its name changes when what is kept can no longer be read. */
export const ANSWERS = "harmattan-answers-1";
/** Header that says when a kept answer came. */
export const STORED = "x-harmattan-stored";

/** Answers kept; the oldest go first. A first visit takes about ten. */
const MOST_ANSWERS = 80;

/** The answer with the time it came. Its body is no longer packed, so the headers that speak of packing go. */
export function withTime(answer: Response, when = new Date()): Response {
  const headers = new Headers(answer.headers);
  headers.set(STORED, when.toISOString());
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  return new Response(answer.body, { status: answer.status, headers });
}

export async function keepAnswer(path: string, answer: Response): Promise<void> {
  if (!("caches" in globalThis) || !answer.ok || answer.headers.has(STORED)) return;
  try {
    const cache = await caches.open(ANSWERS);
    const url = new URL(path, location.href).href;
    // Put again, it stands last.
    await cache.delete(url);
    await cache.put(url, withTime(answer));
    const kept = await cache.keys();
    for (const old of kept.slice(0, Math.max(0, kept.length - MOST_ANSWERS))) await cache.delete(old);
  } catch {
    // No room, or private browsing: the page works without.
  }
}
