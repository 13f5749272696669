// Renews what is marked with data-live (seconds) while it lasts, and leaves the rest of the page as it is.
// Without scripts the page says how to look again.
(() => {
  "use strict";

  const later = (part) => setTimeout(renew, Number(part.dataset.live) * 1000, part);

  async function renew(part) {
    const fresh = document.hidden ? part : await read(part.id);
    if (fresh !== part) part.replaceWith(fresh);
    if (fresh.dataset.live) later(fresh);
  }

  async function read(id) {
    const before = document.getElementById(id);
    try {
      const answer = await fetch(location.pathname + location.search, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return (answer.ok && page.getElementById(id)) || before;
    } catch {
      return before; // The connection is gone for now: what is shown stays, and the next try follows.
    }
  }

  document.querySelectorAll("[data-live]").forEach(later);
})();
