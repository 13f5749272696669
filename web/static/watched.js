// Tells for how long each post was before the reader: when one has been for as long as it takes, and when the
// page is left or put away. A post is before the reader while all of it can be seen, or it fills half the window.
// Nothing is told to anybody else, and without scripts nothing is told at all.
(() => {
  "use strict";

  const token = document.querySelector("[name=csrf_token]");
  const posts = new Map();

  const ms = (post) => Math.round(post.ms + (post.since === null ? 0 : performance.now() - post.since));

  function start(post) {
    if (post.since !== null || !post.before || document.hidden) return;
    post.since = performance.now();
    const left = post.length - ms(post);
    if (left > 0) post.timer = setTimeout(tell, left, [post]);
  }

  function stop(post) {
    clearTimeout(post.timer);
    post.ms = ms(post);
    post.since = null;
  }

  function tell(some) {
    const said = some.map((post) => [post, ms(post)]).filter(([post, now]) => now > post.told);
    if (!said.length) return;
    const form = new URLSearchParams({ csrf_token: token.value });
    for (const [post, now] of said) {
      form.set(`ms-${post.id}`, now);
      post.told = now;
    }
    navigator.sendBeacon("/watched", form);
  }

  function putAway() {
    posts.forEach(stop);
    tell([...posts.values()]);
  }

  function look(entries) {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of entries) {
      const post = posts.get(target);
      const fills = intersectionRect.height * 2 >= rootBounds.height;
      post.before = isIntersecting && (intersectionRatio > 0.99 || fills);
      if (post.before) start(post);
      else stop(post);
    }
  }

  const steps = Array.from({ length: 51 }, (_, step) => step / 50);
  const eye = new IntersectionObserver(look, { threshold: steps });
  for (const part of document.querySelectorAll("[data-post]")) {
    const length = Number(part.dataset.length || 0);
    posts.set(part, { id: part.dataset.post, length, ms: 0, told: 0, since: null, before: false, timer: 0 });
    eye.observe(part);
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? putAway() : posts.forEach(start)));
  addEventListener("pagehide", putAway);
})();
