"use strict";

// Draws the operations from our own OpenAPI document, and sends along the token that was pasted.
const token = document.getElementById("token");
document.getElementById("with-token").hidden = false;
document.getElementById("with-token").addEventListener("submit", (event) => event.preventDefault());

window.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token.value.trim()) request.headers.Authorization = `Bearer ${token.value.trim()}`;
    return request;
  },
});
