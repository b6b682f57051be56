// Lets this device be told. Without it, or where the browser cannot, the button is not there.
const part = document.querySelector("[data-push]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const say = (name) => {
  const line = part.querySelector("[data-said]");
  line.hidden = false;
  line.textContent = line.dataset[name];
};

async function subscribe(button) {
  button.setAttribute("aria-busy", "true");
  try {
    if ((await Notification.requestPermission()) !== "granted") return say("refused");
    const registration = await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(part.dataset.push) });
    const response = await fetch(part.dataset.address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": part.querySelector("[name=csrfmiddlewaretoken]").value },
      body: JSON.stringify({ subscription: subscription.toJSON(), label: part.dataset.label }),
    });
    if (!response.ok) return say("failed");
    location.reload();
  } catch {
    say("failed");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

if (part && "serviceWorker" in navigator && "PushManager" in window) {
  const button = part.querySelector("button");
  button.hidden = false;
  part.querySelector("[data-cannot]").hidden = true;
  button.addEventListener("click", () => subscribe(button));
}
