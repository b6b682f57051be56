// Renews what is in force each minute, in place; what somebody types stays.
const here = document.querySelector("[data-here]");

async function renew() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(20000) });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (other && other.innerHTML !== part.innerHTML) {
        part.className = other.className;
        part.replaceChildren(...other.childNodes);
      }
    }
    document.title = page.title;
  } catch { /* The next minute tries again; the page shows of when it is. */ }
}

setInterval(renew, 60000);
document.addEventListener("visibilitychange", renew);

if (here && "geolocation" in navigator) {
  here.hidden = false;
  here.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { location.search = `?at=${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`; },
      () => { here.querySelector("[role=status]").textContent = here.dataset.denied; },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
}
