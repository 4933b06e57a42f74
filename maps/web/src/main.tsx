import { render } from "preact";
import { App } from "./app";
import { watchEditions } from "./edition";
import { lang, setLang } from "./lang";
import { watchMe } from "./me";
import "./styles/base.css";

setLang(lang.value);
watchMe();
watchEditions();
const root = document.getElementById("app");
if (root) render(<App />, root);
