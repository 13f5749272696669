// Sends a picture or a video as soon as it is chosen: shows it, how far it has come, and what came of it at its field.
// Without scripts, or where this fails, the picture goes along with the form.
(() => {
  "use strict";

  const form = document.getElementById("composing");
  let sending = null;
  let pressed = null;
  let turnedAway = false;

  const part = () => document.getElementById("picture");

  function say(words, wrong) {
    let line = document.getElementById("file-said");
    if (!line) {
      line = document.createElement("p");
      line.id = "file-said";
      line.setAttribute("role", "status");
      part().append(line);
    }
    line.className = wrong ? "wrong" : "hint";
    line.textContent = words;
  }

  async function show(file) {
    const canvas = document.createElement("canvas");
    canvas.className = "chosen";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "The picture that is being sent");
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      return; // This browser cannot draw it: whether it is a picture is for the server to say.
    }
    const scale = Math.min(1, 960 / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, bitmap.width * scale);
    canvas.height = Math.max(1, bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    if (sending?.file === file) part().append(canvas);
  }

  function send(input) {
    const file = input.files[0];
    sending?.abort();
    sending = null;
    turnedAway = false;
    part().querySelectorAll(".chosen, progress, .wrong, #file-said").forEach((one) => one.remove());
    input.removeAttribute("aria-invalid");
    if (!file) return;
    const video = file.type.startsWith("video/");
    if (file.size > Number(video ? input.dataset.mostOfVideo : input.dataset.most)) {
      input.value = "";
      say(video ? input.dataset.videoTooLarge : input.dataset.tooLarge, true);
      return;
    }
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", "How much of the picture has been sent");
    const asked = new FormData(form);
    asked.set("act", "look");
    const request = new XMLHttpRequest();
    request.file = file;
    request.open("POST", form.getAttribute("action"));
    request.responseType = "document";
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.upload.onload = () => say("It has arrived and is made ready.");
    request.onload = () => arrived(request);
    request.onerror = request.onload;
    request.send(asked);
    sending = request;
    part().append(bar);
    say("It is on its way.");
    show(file);
  }

  function arrived(request) {
    if (sending !== request) return;
    sending = null;
    const fresh = request.response?.getElementById("picture");
    const after = pressed;
    pressed = null;
    if (!fresh) {
      part().querySelector("progress").remove();
      say("It could not be sent just now: it goes along with the form.");
    } else {
      const field = document.activeElement?.id === "file";
      part().replaceWith(document.adoptNode(fresh));
      if (field) document.getElementById("file").focus();
      fresh.dispatchEvent(new Event("arrived", { bubbles: true }));
      turnedAway = fresh.querySelector(".wrong") !== null;
      if (turnedAway) return;
      if (fresh.querySelector("[data-live]")) {
        say("The video is here. Publish once it is ready; what you wrote stays.");
        return;
      }
      say("The picture is here. It goes out with your post, and nobody else sees it before.");
    }
    if (after) form.requestSubmit(after);
  }

  form.addEventListener("change", (event) => { if (event.target.id === "file") send(event.target); });
  form.addEventListener("submit", (event) => {
    if (turnedAway && event.submitter?.value === "publish") {
      turnedAway = false;
      event.preventDefault();
      say("Nothing is published yet: what you chose was not taken. Choose another, or press again to publish without it.", true);
      document.getElementById("file-said").scrollIntoView({ block: "center" });
      return;
    }
    if (!sending) return;
    event.preventDefault();
    pressed = event.submitter;
    say("Your form goes out as soon as the picture is there.");
  });
})();
