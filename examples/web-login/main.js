// A page with a login. All tabs share the session: they log in and out together.
import {
  Connection,
  Forbidden,
  LocalStorageTokenStore,
  NotFound,
  NotLoggedIn,
  SecondFactorRequired,
  TooManyRequests,
  Unauthorized,
} from "azuma-client";
import { Azuma } from "azuma-client/azuma";

const server = document.querySelector("meta[name=azuma]").content;
const connection = new Connection(server, { store: new LocalStorageTokenStore() });
const azuma = new Azuma(connection);

const part = (id) => document.getElementById(id);

/** Repeats the login with a code, while one is asked for. */
let repeatWithCode;

function show(shown) {
  for (const id of ["login", "code", "account"]) {
    part(id).hidden = id !== shown;
  }
  part("message").textContent = "";
}

/** What a person is told of an error. */
function sentence(error) {
  if (error instanceof TooManyRequests) {
    return `Too many attempts. Try again in ${error.retryAfter ?? 60} seconds.`;
  }
  if (error instanceof Forbidden || error instanceof NotFound) {
    return "This name and password do not match.";
  }
  console.error(error);
  return "The server cannot be reached. Try again later.";
}

/** Shows who is logged in, or the login. */
async function showAccount() {
  try {
    part("who").textContent = (await azuma.self()).name;
    show("account");
  } catch (error) {
    show("login");
    if (!(error instanceof NotLoggedIn || error instanceof Unauthorized)) {
      part("message").textContent = sentence(error);
    }
  }
}

/** Does what a form or button is for. Afterwards `subscribe` shows what has come of it. */
async function attempt(work) {
  try {
    await work();
    repeatWithCode = undefined;
    part("login").reset();
    part("code").reset();
  } catch (error) {
    if (!(error instanceof SecondFactorRequired)) {
      part("message").textContent = sentence(error);
      return;
    }
    const wasWrong = repeatWithCode !== undefined;
    repeatWithCode = (code) => error.withCode(code);
    show("code");
    part("message").textContent = wasWrong ? "This code is wrong or was used." : "";
    part("otp").focus();
  }
}

part("login").addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(() => azuma.login({ name: part("name").value, password: part("password").value }));
});
part("code").addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(() => repeatWithCode(part("otp").value));
});
part("logout").addEventListener("click", () => void attempt(() => azuma.logout()));

connection.session.subscribe(() => void showAccount());
void showAccount();
