// Renews what is marked with data-live (seconds) while it lasts, and leaves the rest of the page as it is: from the
// same page, or from the one that data-from names.
// Without scripts the page says how to look again.
(() => {
  "use strict";

  const later = (part) => setTimeout(renew, Number(part.dataset.live) * 1000, part);

  async function renew(part) {
    if (!part.isConnected) return;
    const fresh = document.hidden ? part : await read(part);
    if (fresh !== part) part.replaceWith(fresh);
    if (fresh.dataset.live) later(fresh);
  }

  async function read(part) {
    const from = part.dataset.from || location.pathname + location.search;
    try {
      const answer = await fetch(from, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return (answer.ok && page.getElementById(part.id)) || part;
    } catch {
      return part; // The connection is gone for now: what is shown stays, and the next try follows.
    }
  }

  document.querySelectorAll("[data-live]").forEach(later);
  // Another script brought a part of a page.
  document.addEventListener("arrived", (event) => event.target.querySelectorAll("[data-live]").forEach(later));
})();
