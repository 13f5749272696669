// Sound and picture of a live room: joins by WHIP and WHEP, by way of our own server, which decides who may.
// Without scripts a room is its chat and its queue, and the page works as it stands.
//
// What the page says, and what is done with it:
//   data-room="/rooms/7"     the element of the room, and where its sessions are opened; all below stands in it
//   data-csrf="…"            on the same element: the form token
//   data-speak               a button, there while the member has the floor: asks for the microphone when it is
//                            pressed, and stops when it is pressed again; data-speak="video" asks for the camera too
//   data-mute                a button: nothing is heard while it is pressed
//   data-preview             a <video> in which they see themselves
//   data-listen="handle"     an <audio>, or a <video> where the room has a picture, there while somebody speaks
//   data-sound               a button, hidden: shown where the browser plays no sound before something is pressed
//   data-said                an element with role="status", for what is to be told
// Buttons carry aria-pressed. data-state on them and on what plays is: off, joining, on or lost. Parts may come,
// go and be replaced at any time: whoever still stands there keeps their session.

const GATHER_MS = 2000;
const CONNECT_MS = 15000;
const PATIENCE_MS = 5000; // A connection often comes back by itself.
const SETTLED_MS = 60000; // Whoever stayed connected for so long begins again with the shortest gap.
const GAPS_S = [1, 2, 4, 8, 16, 30];
const AGAIN = [408, 409, 425, 429, 500, 502, 503, 504];
const SDP = "application/sdp";

const pause = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});

class Refused extends Error {}

class Failed extends Error {
  constructor(words, afterS = 0) {
    super(words);
    this.afterS = afterS;
  }
}

/** Asks our server; in one place, because every request carries the form token. */
class Server {
  constructor(room) {
    this.base = room.dataset.room;
    this.token = room.dataset.csrf;
  }

  async open(path, offer) {
    let answer;
    try {
      answer = await fetch(`${this.base}/${path}`, {
        method: "POST",
        headers: { "Content-Type": SDP, "X-CSRFToken": this.token },
        body: offer,
      });
    } catch {
      throw new Failed("There is no connection just now.");
    }
    if (answer.status === 201) return { sdp: await answer.text(), at: answer.headers.get("Location") };
    const problem = await answer.json().catch(() => ({}));
    const words = problem.detail || "This did not work. Load the page anew and try again.";
    if (AGAIN.includes(answer.status)) throw new Failed(words, Number(answer.headers.get("Retry-After")) || 0);
    throw new Refused((problem.errors || []).map((one) => one.detail)[0] || words);
  }

  /** Say whether a session was still open; nobody waits for the answer of a page that is left. */
  async close(at) {
    const headers = { "X-CSRFToken": this.token };
    try {
      return (await fetch(at, { method: "DELETE", keepalive: true, headers })).ok;
    } catch {
      return true; // It cannot be told: the server closes by itself what nobody may have.
    }
  }
}

/** One session that is held up: opened, opened again with growing gaps when it is lost, and closed. */
class Session {
  constructor(server, path, { prepare, told, takenOver = false }) {
    Object.assign(this, { server, path, prepare, told, takenOver });
    this.ending = new AbortController();
    this.peer = null;
    this.at = null;
    this.run();
  }

  async run() {
    let tries = 0;
    const { signal } = this.ending;
    while (!signal.aborted) {
      let wait = 0;
      this.told("joining", "");
      try {
        await this.join();
        if (signal.aborted) break;
        this.told("on", "");
        const since = performance.now();
        await this.lost();
        if (performance.now() - since > SETTLED_MS) tries = 0;
        this.told("lost", signal.aborted ? "" : "The connection was lost. It is being made again.");
      } catch (error) {
        if (error instanceof Refused) {
          this.end();
          this.told("off", error.message);
          return;
        }
        wait = error.afterS || 0;
        this.told("lost", signal.aborted ? "" : error.message);
      }
      const open = await this.drop();
      if (!open && this.takenOver && !signal.aborted) {
        this.end();
        this.told("off", "This was closed: your turn is over, or you speak from elsewhere.");
        return;
      }
      // With a little chance in it, so that not everybody comes back at one moment.
      const gap = Math.max(wait, GAPS_S[Math.min(tries++, GAPS_S.length - 1)]) * (0.75 + Math.random() / 2);
      await pause(gap * 1000, signal);
    }
    await this.drop();
    this.told("off", "");
  }

  async join() {
    const peer = (this.peer = new RTCPeerConnection());
    this.prepare(peer);
    await peer.setLocalDescription(await peer.createOffer());
    await this.gathered(peer);
    if (this.ending.signal.aborted) return;
    const { sdp, at } = await this.server.open(this.path, peer.localDescription.sdp);
    this.at = at;
    try {
      await peer.setRemoteDescription({ type: "answer", sdp });
    } catch {
      throw new Failed("The media server answered what this browser does not take.");
    }
    const connected = this.until(peer, (state) => state === "connected", CONNECT_MS);
    if (!(await connected)) throw new Failed("No connection to the media server could be made.");
  }

  gathered(peer) {
    if (peer.iceGatheringState === "complete") return null;
    const complete = new Promise((done) => {
      peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
    });
    return Promise.race([complete, pause(GATHER_MS, this.ending.signal)]);
  }

  /** Wait until the connection is in such a state, the time is over, or this ends; say whether it is. */
  async until(peer, wanted, ms) {
    const came = new Promise((done) => {
      const look = () => wanted(peer.connectionState) && done();
      peer.addEventListener("connectionstatechange", look);
      look();
    });
    await Promise.race([came, pause(ms, this.ending.signal)]);
    return wanted(peer.connectionState);
  }

  /** Wait until the connection is gone, for longer than one that comes back by itself. */
  async lost() {
    const { peer } = this;
    const { signal } = this.ending;
    const gone = (state) => state === "failed" || state === "closed";
    while (!signal.aborted && !gone(peer.connectionState)) {
      await this.until(peer, (state) => state !== "connected", 2 ** 31 - 1);
      if (signal.aborted || (await this.until(peer, gone, PATIENCE_MS))) return;
      if (peer.connectionState !== "connected") return;
    }
  }

  /** Let go of the connection and of the session; say whether the session was open until now. */
  async drop() {
    const { at } = this;
    this.peer?.close();
    this.peer = this.at = null;
    return at === null ? true : this.server.close(at);
  }

  end() {
    this.ending.abort();
    this.drop();
  }
}

class Room {
  constructor(element) {
    this.element = element;
    this.server = new Server(element);
    this.heard = new Map(); // Handle → what is heard of them: its session, its sound and where it plays.
    this.speaking = null;
    element.addEventListener("click", (event) => this.pressed(event.target));
    this.watching = new MutationObserver(() => this.look());
    this.watching.observe(element, { childList: true, subtree: true });
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => { if (event.persisted) this.look(); });
    this.look();
  }

  all(name) {
    return [...this.element.querySelectorAll(`[data-${name}]`)];
  }

  say(words) {
    for (const place of this.all("said")) if (place.textContent !== words) place.textContent = words;
  }

  /** Hear whoever stands there and nobody else; stop speaking once the floor is gone. */
  look() {
    const players = new Map(this.all("listen").map((player) => [player.dataset.listen, player]));
    for (const [handle, one] of this.heard) {
      if (players.has(handle)) continue;
      one.session.end();
      this.heard.delete(handle);
    }
    for (const [handle, player] of players) {
      const one = this.heard.get(handle) || this.hear(handle, player);
      if (one.player === player) continue;
      one.player = player;
      this.play(one);
    }
    if (this.speaking && !this.all("speak").length) this.stop();
    this.show();
  }

  hear(handle, player) {
    const one = { player: null, sound: new MediaStream(), state: "joining" };
    const kinds = player.tagName === "VIDEO" ? ["audio", "video"] : ["audio"];
    this.heard.set(handle, one);
    one.session = new Session(this.server, `listening/${encodeURIComponent(handle)}`, {
      prepare: (peer) => {
        for (const track of one.sound.getTracks()) one.sound.removeTrack(track);
        for (const kind of kinds) peer.addTransceiver(kind, { direction: "recvonly" });
        peer.addEventListener("track", ({ track }) => { one.sound.addTrack(track); this.play(one); });
      },
      told: (state, words) => {
        one.state = state;
        if (state === "off" && words) this.say(words);
        this.show();
      },
    });
    return one;
  }

  async play(one) {
    const { player } = one;
    if (player.srcObject !== one.sound) player.srcObject = one.sound;
    try {
      await player.play();
    } catch (error) {
      if (error.name === "NotAllowedError") for (const button of this.all("sound")) button.hidden = false;
    }
  }

  pressed(target) {
    const button = target.closest("[data-speak], [data-mute], [data-sound]");
    if (!button) return;
    if ("speak" in button.dataset) this.speaking ? this.stop() : this.speak(button.dataset.speak === "video");
    if ("mute" in button.dataset && this.speaking?.sound) {
      for (const track of this.speaking.sound.getAudioTracks()) track.enabled = !track.enabled;
    }
    if ("sound" in button.dataset) {
      button.hidden = true;
      for (const one of this.heard.values()) this.play(one);
    }
    this.show();
  }

  async speak(video) {
    const own = (this.speaking = { state: "joining", sound: null, session: null });
    try {
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true, video });
      own.sound = sound;
    } catch (error) {
      if (this.speaking === own) this.speaking = null;
      const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
      this.say(refused ? "This browser may not use the microphone: allow it for this page, and press again."
        : "No microphone was found.");
      this.show();
      return;
    }
    if (this.speaking !== own) {
      for (const track of own.sound.getTracks()) track.stop(); // The floor was gone before the microphone came.
      return;
    }
    own.session = new Session(this.server, "speaking", {
      takenOver: true,
      prepare: (peer) => {
        for (const track of own.sound.getTracks()) {
          peer.addTransceiver(track, { direction: "sendonly", streams: [own.sound] });
        }
      },
      told: (state, words) => {
        own.state = state;
        if (words || state === "on") this.say(words);
        if (state === "off" && this.speaking === own) this.stop();
        this.show();
      },
    });
    this.show();
  }

  stop() {
    const own = this.speaking;
    this.speaking = null;
    own?.session?.end();
    for (const track of own?.sound?.getTracks() || []) track.stop();
    this.show();
  }

  /** Write down how things are, where that changed: whoever watches the page sees nothing else. */
  show() {
    const put = (place, name, value) => { if (place.getAttribute(name) !== value) place.setAttribute(name, value); };
    const own = this.speaking;
    for (const button of this.all("speak")) {
      put(button, "aria-pressed", String(own !== null));
      put(button, "data-state", own ? own.state : "off");
    }
    const muted = own?.sound?.getAudioTracks().some((track) => !track.enabled) || false;
    for (const button of this.all("mute")) {
      put(button, "aria-pressed", String(muted));
      button.disabled = !own?.sound;
    }
    for (const place of this.all("preview")) {
      place.muted = true;
      if (place.srcObject !== (own?.sound || null)) place.srcObject = own?.sound || null;
    }
    for (const one of this.heard.values()) if (one.player) put(one.player, "data-state", one.state);
  }

  leave() {
    this.stop();
    for (const one of this.heard.values()) one.session.end();
    this.heard.clear();
  }
}

// One tab of a browser is in a room at a time: another waits until it is closed.
for (const element of document.querySelectorAll("[data-room]")) {
  const here = () => { new Room(element); return new Promise(() => {}); };
  if (navigator.locks) navigator.locks.request(`allotment${element.dataset.room}`, here);
  else here();
}
