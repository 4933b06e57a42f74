import { render } from "preact";
import { lang, setLang } from "../lang";
import "../styles/base.css";
import "./site.css";
import { SitePage } from "./page";

setLang(lang.value);
const root = document.getElementById("app");
if (root) render(<SitePage />, root);
