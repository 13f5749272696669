// Renews the page of a live room, and shows that one is there, without taking anything away that is in use:
// what was typed, what has the focus, what was unfolded and what is heard stay as they are. Forms of the room
// are sent from here, so that no sound is lost to a new page. Without scripts the forms do the same.
//
//   data-room="/rooms/7"  the element that all of it stands in; data-csrf on it is the form token
//   data-part             a part of it, by its id, that the server draws anew
//   data-again            on a part: there is more to come, ask again
//   data-sign="15"        on a part: one is there, and shows it every so many seconds
(() => {
  "use strict";

  const AGAIN_MS = 4000;
  const HIDDEN_MS = 12000; // Nobody looks, but whoever is there is still heard.
  const KEPT = ["open", "data-state", "aria-pressed"]; // What the reader or their browser has set.
  const OWNED = "[data-speak], [data-mute], [data-sound], [data-listen], [data-preview], [data-said]"; // room.js's.
  const REFUSED = "#room-refused, form:has(.wrong)"; // It stands until something else is tried.
  const NEWS_MS = 12000;

  /** Make an element what a fresh one is, in place; ``kept`` is what stays as it is, besides what is not ours. */
  function renew(old, fresh, kept) {
    if (old.matches(kept)) return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !KEPT.includes(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (!KEPT.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      const same = sameAs(node, old, at);
      if (!same) old.insertBefore(node, at);
      else {
        if (same === at) at = at.nextSibling;
        else old.insertBefore(same, at);
        if (same.nodeType === Node.ELEMENT_NODE) renew(same, node, kept);
        else if (same.data !== node.data) same.data = node.data;
      }
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  /** Return the child that a fresh one stands for: that of its id, or the next where neither has one. */
  function sameAs(node, old, at) {
    if (node.id) return [...old.children].find((one) => one.id === node.id && one.nodeName === node.nodeName);
    return at && !at.id && at.nodeType === node.nodeType && at.nodeName === node.nodeName ? at : null;
  }

  class LiveRoom {
    constructor(element) {
      this.element = element;
      this.path = element.dataset.room;
      this.busy = Promise.resolve();
      this.signed = 0;
      element.addEventListener("submit", (event) => this.submitted(event));
      this.later();
    }

    later() {
      const asking = this.element.querySelector("[data-again]");
      clearTimeout(this.timer);
      if (asking) this.timer = setTimeout(() => this.queue(() => this.look()), document.hidden ? HIDDEN_MS : AGAIN_MS);
    }

    /** One request at a time: what is asked later is drawn later. */
    queue(act) {
      this.busy = this.busy.then(act).catch(() => this.tell("There is no connection just now. What you see may be old."))
        .finally(() => this.later());
      return this.busy;
    }

    async look() {
      const there = this.element.querySelector("[data-sign]");
      const due = there && Date.now() - this.signed >= Number(there.dataset.sign) * 1000;
      if (document.hidden && !due) return;
      const answer = due ? await this.sign() : await fetch(`${this.path}/live${location.search}`);
      if (answer.redirected || answer.status === 404) location.reload(); // Signed out, or there is nothing here.
      else await this.draw(answer, false);
    }

    sign() {
      this.signed = Date.now();
      const body = new URLSearchParams({ csrf_token: this.element.dataset.csrf });
      return fetch(`${this.path}/here${location.search}`, { method: "POST", body });
    }

    submitted(event) {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post") return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const button = event.submitter;
      if (form.dataset.sent) return;
      form.dataset.sent = "yes";
      this.queue(async () => {
        const answer = await fetch(form.action, { method: "POST", body });
        delete form.dataset.sent;
        if (answer.ok) form.reset();
        await this.draw(answer, true);
        if (!button.isConnected) this.element.querySelector("#yours")?.focus({ preventScroll: true });
      }).finally(() => delete form.dataset.sent);
    }

    /** Draw the parts of an answer, and tell what it tells; what is no page of this room is gone to. */
    async draw(answer, whole) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = [...page.querySelectorAll("[data-part]")];
      if (!parts.length) {
        if (whole) this.tell(page.querySelector("main h1")?.textContent || "This could not be done.");
        if (whole && answer.status === 404) location.reload();
        return;
      }
      for (const part of parts) {
        const old = document.getElementById(part.id);
        if (old) renew(old, part, whole ? OWNED : `${OWNED}, ${REFUSED}`);
      }
      if (whole) this.tell([...page.querySelectorAll("main > .wide > .notice")].map((one) => one.textContent.trim()).join(" "));
    }

    tell(words) {
      const place = document.getElementById("room-news");
      if (place && place.textContent !== words) place.textContent = words;
      clearTimeout(this.told);
      if (words) this.told = setTimeout(() => this.tell(""), NEWS_MS);
    }
  }

  for (const element of document.querySelectorAll("[data-room]")) new LiveRoom(element);
})();
