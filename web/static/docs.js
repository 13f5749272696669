"use strict";

// Draws the operations from our own OpenAPI document, and sends along the token that was pasted.
const form = document.getElementById("with-token");
const token = document.getElementById("token");
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());

const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();

window.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#try-it",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token.value.trim()) request.headers.Authorization = `Bearer ${token.value.trim()}`;
    return request;
  },
  onComplete: () => {
    // It draws a <main> of its own inside ours: readers tell the two apart by name.
    document.querySelector("#try-it main").setAttribute("aria-label", "Operations");
  },
});
