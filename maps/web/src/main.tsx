import { render } from "preact";
import { App } from "./app";
import { watchEditions } from "./edition";
import { lang, setLang } from "./lang";
import { watchMe } from "./me";
import "./styles/base.css";

const RELOADED = "geomujun.reloaded";
const AGAIN_MS = 10_000;

// The code of a page that was opened before another build came is gone: it is loaded anew, once.
addEventListener("vite:preloadError", () => {
  const before = Number(sessionStorage.getItem(RELOADED));
  if (Date.now() - before < AGAIN_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
});
setLang(lang.value);
watchMe();
watchEditions();
const root = document.getElementById("app");
if (root) render(<App />, root);
