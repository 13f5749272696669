// Plays two videos as one: beside each other (data-together="duet"), or one after the other ("stitch").
// Without scripts both stand there with their names, to be played by themselves; the first of a stitch stops by itself
// where its address says.
//
// In the element that is marked so:
//   the first <video>     that of the post from which it is made; data-first-ms on the element: so much of it is played
//   the last <video>      its author's own
//   button[data-both]     hidden: plays or stops both

const DRIFT_S = 0.15; // More than this is seen; less would only make the sound stumble.

const first = (box) => box.querySelector("video");
const last = (box) => [...box.querySelectorAll("video")].at(-1);

function pressed(box, playing) {
  const button = box.querySelector("[data-both]");
  button.textContent = playing ? "Stop" : "Play together";
  button.setAttribute("aria-pressed", playing);
}

function duet(box) {
  const [source, own] = [first(box), last(box)];
  const follow = (leads, other) => {
    leads.addEventListener("play", () => { if (other.paused && !other.ended) other.play().catch(() => {}); pressed(box, true); });
    leads.addEventListener("pause", () => {
      if (leads.ended) return; // The longer of the two plays on.
      if (!other.paused) other.pause();
      pressed(box, false);
    });
    leads.addEventListener("seeked", () => {
      if (Math.abs(other.currentTime - leads.currentTime) > DRIFT_S) {
        other.currentTime = Math.min(leads.currentTime, other.duration || leads.currentTime);
      }
    });
    leads.addEventListener("ended", () => { if (other.paused || other.ended) pressed(box, false); });
  };
  follow(own, source);
  follow(source, own);
  own.addEventListener("timeupdate", () => {
    if (own.paused || source.paused || source.seeking || own.seeking) return;
    if (Math.abs(source.currentTime - own.currentTime) > DRIFT_S) source.currentTime = own.currentTime;
  });
  return () => (own.paused ? own.play().catch(() => {}) : own.pause());
}

function stitch(box) {
  const [source, own] = [first(box), last(box)];
  const end = Number(box.dataset.firstMs) / 1000;
  const over = () => source.ended || source.currentTime >= end - 0.02;
  let going = false;
  const next = () => {
    if (!going || !over()) return;
    going = false;
    source.pause();
    own.currentTime = 0;
    own.play().catch(() => pressed(box, false));
  };
  source.addEventListener("play", () => { going = true; own.pause(); pressed(box, true); });
  source.addEventListener("timeupdate", next);
  source.addEventListener("ended", next);
  source.addEventListener("pause", () => { if (over()) next(); else { going = false; pressed(box, false); } });
  own.addEventListener("play", () => { if (!source.paused) source.pause(); pressed(box, true); });
  for (const name of ["pause", "ended"]) own.addEventListener(name, () => pressed(box, false));
  return () => {
    if (!source.paused) { source.pause(); return; }
    if (!own.paused) { own.pause(); return; }
    if (own.currentTime > 0 && !own.ended) { own.play().catch(() => {}); return; }
    source.currentTime = 0;
    source.play().catch(() => {});
  };
}

for (const box of document.querySelectorAll("[data-together]")) {
  const toggle = (box.dataset.together === "duet" ? duet : stitch)(box);
  const button = box.querySelector("[data-both]");
  button.hidden = false;
  button.addEventListener("click", toggle);
  pressed(box, false);
}
