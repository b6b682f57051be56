// Passkeys in the browser: asks the server for options, the authenticator for a proof, and hands the proof back.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  buffer === null || buffer === undefined
    ? null
    : btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");

const withBytes = (descriptors = []) => descriptors.map((known) => ({ ...known, id: toBytes(known.id) }));

async function create(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  const { response } = credential;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

async function get(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  const { response } = credential;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: toText(response.userHandle),
    },
  };
}

class Refused extends Error {}

async function post(address, token, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  const content = isJson ? await answer.json() : {};
  if (!answer.ok || !isJson) throw new Refused(content.title ?? "");
  return content;
}

function wire(section) {
  const form = section.querySelector("form");
  const button = form.querySelector("button");
  const message = form.querySelector("[data-passkey-message]");
  const words = button.textContent;
  let busy = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.textContent = button.dataset.busy;
    message.textContent = "";
    const token = form.elements.csrfmiddlewaretoken.value;
    try {
      const options = await post(section.dataset.begin, token, {});
      const credential = await (section.dataset.passkey === "add" ? create(options) : get(options));
      const label = form.elements.label?.value ?? "";
      const { next } = await post(section.dataset.finish, token, { credential, label, next: section.dataset.next });
      window.location.assign(next);
      return;
    } catch (error) {
      if (error instanceof Refused && error.message) message.textContent = error.message;
      else if (error instanceof DOMException) message.textContent = message.dataset[error.name === "InvalidStateError" ? "known" : "cancelled"] ?? message.dataset.cancelled;
      else message.textContent = message.dataset.unreachable;
    }
    busy = false;
    button.textContent = words;
  });
  section.hidden = false;
}

if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(wire);
