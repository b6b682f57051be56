// Opens the page at the door where there is no network: from a copy without anybody's name. What was scanned is kept by the page itself.
const CACHE = "todoke-reader-{{ version }}";
const FILES = [{% for path in files %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PAGE = "{% url 'reader:door' %}";
const SHELL = "{% url 'reader:shell' %}";
const PATIENCE = 4000;

const keep = async () => {
  const page = await fetch(SHELL);
  if (page.ok) await (await caches.open(CACHE)).put(SHELL, page);
};
const drop = async () => (await caches.open(CACHE)).delete(SHELL);
const others = async () => (await caches.keys()).filter((name) => name.startsWith("todoke-reader-") && name !== CACHE);

self.addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(CACHE)).addAll(FILES);
  await keep();
  await self.skipWaiting();
})()));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await others()) await caches.delete(name);
  await self.clients.claim();
})()));
self.addEventListener("message", (event) => event.waitUntil((event.data === "drop" ? drop() : keep()).catch(() => {})));

// The network first, as long as it answers; a copy of a newer release is never mixed with an older page.
const answer = async (request, copy) => {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.status < 500) return response;
  } catch { /* The copy. */ }
  return (await (await caches.open(CACHE)).match(copy)) ?? Response.error();
};
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && path === PAGE) event.respondWith(answer(event.request, SHELL));
  else if (FILES.includes(path)) event.respondWith(answer(event.request, path));
});
