// An answer is kept on the device until it got through; without scripts the buttons send it by themselves.
const key = `todoke-answer:${location.pathname}`;
const status = document.querySelector("[data-status]");

function waiting() {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function keep(answer) {
  try {
    if (answer) localStorage.setItem(key, JSON.stringify(answer));
    else localStorage.removeItem(key);
    return true;
  } catch { return false; }
}

function say(words) {
  status.hidden = false;
  status.querySelector("span").textContent = status.dataset.waiting.replace("{answer}", words);
}

function refuse(words) {
  const place = document.querySelector("[data-failed]");
  place.hidden = false;
  place.querySelector("span").textContent = words;
}

let sending = false;

async function send() {
  const answer = waiting();
  if (!answer || sending) return;
  sending = true;
  try {
    const body = new URLSearchParams({ answer: answer.answer, needs: answer.needs });
    const response = await fetch(location.href.split("#")[0], {
      method: "POST", body, headers: { Accept: "application/json" }, credentials: "omit", signal: AbortSignal.timeout(15000),
    });
    if (!response.ok && response.status >= 500) return;
    keep(null);
    if (response.status === 429) return refuse((await response.json()).error);
    location.hash = "answer";
    location.reload();
  } catch {
    say(answer.words);
  } finally {
    sending = false;
  }
}

for (const form of document.querySelectorAll("form[data-answer]")) {
  form.addEventListener("submit", (event) => {
    const fields = new FormData(form, event.submitter);
    const answer = String(fields.get("answer"));
    const button = document.querySelector(`button[value="${answer}"]`);
    const words = button ? button.dataset.words : answer;
    if (!keep({ answer, needs: String(fields.get("needs") || ""), words })) return;
    event.preventDefault();
    send();
  });
}

if (status) {
  const left = waiting();
  if (left) say(left.words);
  send();
  addEventListener("online", send);
  setInterval(send, 20000);
}
