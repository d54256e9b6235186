"use strict";
// The page has a link for each document that the server has.
const apis = Array.from(document.querySelectorAll("nav a"), (link) => link.textContent);
const asked = new URLSearchParams(window.location.search).get("api");
const api = apis.includes(asked) ? asked : apis[0];
SwaggerUIBundle({
  url: `/openapi/${api}.json`,
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
  // Cookies of this site go with a call that is tried, so the server's own rules hold for it.
  withCredentials: true,
});
