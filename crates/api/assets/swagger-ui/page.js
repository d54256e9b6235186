"use strict";
const apis = ["azuma", "legacy", "account", "service"];
const asked = new URLSearchParams(window.location.search).get("api");
const api = apis.includes(asked) ? asked : "azuma";
SwaggerUIBundle({
  url: `/openapi/${api}.json`,
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
  // Cookies of this site go with a call that is tried, so the server's own rules hold for it.
  withCredentials: true,
});
