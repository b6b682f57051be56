// Shows what was pushed, tells that it arrived, and opens its page. Nothing is kept here.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(said.title || "トドケ", {
    body: said.body || "",
    tag: said.tag,
    lang: said.language,
    icon: "/static/todoke/mark.svg",
    requireInteraction: Boolean(said.urgent),
    data: { link: said.link },
  });
  const token = (said.link || "").split("/m/")[1];
  const told = token ? fetch(`/api/arrived/${token}`, { method: "POST", credentials: "omit" }).catch(() => {}) : null;
  event.waitUntil(Promise.all([shown, told]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const link = event.notification.data && event.notification.data.link;
  if (link) event.waitUntil(self.clients.openWindow(link));
});
