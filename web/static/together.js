// Plays two as one: videos beside each other (data-together="duet") or one after the other ("stitch"), or a picture
// or video with the sound of another ("sound").
// Without scripts both stand there with their names, to be played by themselves; the first of a stitch stops by itself
// where its address says, and a sound begins where its address says.
//
// In the element that is marked so:
//   the first <video>     that of the post from which it is made; data-first-ms on the element: so much of it is played
//   the last <video>      its author's own; muted, where another's sound is played with it
//   audio                 that sound, data-from-ms on the element: from there on
//   button[data-both]     hidden: plays or stops both; not where there is a picture alone, whose sound has its controls
//   button[data-hush]     hidden: mutes the sound, and lets it be heard again
//   [data-said]           where it is said that a sound cannot be played

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

function sound(box) {
  const [heard, own, from] = [box.querySelector("audio"), first(box), Number(box.dataset.fromMs) / 1000];
  heard.addEventListener("error", () => { box.querySelector("[data-said]").textContent = "Its sound cannot be played."; });
  if (own === null) { // Nothing to keep in step with: once it is over it begins again where it began.
    heard.addEventListener("ended", () => { heard.currentTime = from; });
    return null;
  }
  const hush = box.querySelector("[data-hush]");
  const hushed = (muted) => {
    heard.muted = muted;
    hush.textContent = muted ? "Hear the sound" : "Mute the sound";
  };
  const over = () => from + own.currentTime >= heard.duration;
  const align = () => {
    const at = from + own.currentTime;
    if (Math.abs(heard.currentTime - at) > DRIFT_S) heard.currentTime = Math.min(at, heard.duration || at);
  };
  const start = () => {
    if (own.paused || own.seeking || over()) return;
    align();
    heard.play().catch(() => {});
  };
  heard.controls = false; // The video is what one holds, and the sound follows it.
  hush.hidden = false;
  own.muted = true;
  hushed(false);
  hush.addEventListener("click", () => hushed(!heard.muted));
  own.addEventListener("play", () => { start(); pressed(box, true); });
  own.addEventListener("playing", start);
  own.addEventListener("seeked", () => { align(); start(); });
  own.addEventListener("ratechange", () => { heard.playbackRate = own.playbackRate; });
  for (const name of ["pause", "waiting", "seeking", "ended"]) own.addEventListener(name, () => heard.pause());
  for (const name of ["pause", "ended"]) own.addEventListener(name, () => pressed(box, false));
  own.addEventListener("timeupdate", () => {
    if (own.paused || own.seeking || heard.seeking || heard.paused) return;
    if (over()) heard.pause(); else align();
  });
  // Whoever turns up the video itself would hear its own sound: that means the other's here.
  own.addEventListener("volumechange", () => {
    if (own.muted) return;
    own.muted = true;
    if (heard.volume === own.volume) hushed(!heard.muted);
    else { heard.volume = own.volume; hushed(false); }
  });
  return () => (own.paused ? own.play().catch(() => {}) : own.pause());
}

const KINDS = { duet, stitch, sound };

for (const box of document.querySelectorAll("[data-together]")) {
  const toggle = KINDS[box.dataset.together](box);
  const button = box.querySelector("[data-both]");
  if (toggle === null) continue;
  button.hidden = false;
  button.addEventListener("click", toggle);
  pressed(box, false);
}
