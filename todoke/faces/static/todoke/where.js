// A button that takes the place of this device instead of a chosen one.
for (const form of document.querySelectorAll("[data-where]")) {
  const button = form.querySelector("[data-where-here]");
  const failed = form.querySelector("[data-where-failed]");
  if (!("geolocation" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.longitude.value = coords.longitude;
        form.elements.latitude.value = coords.latitude;
        form.submit();
      },
      () => {
        button.removeAttribute("aria-busy");
        failed.hidden = false;
      },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}
