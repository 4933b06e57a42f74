import { api, data, Problem, type Schema } from "./api/client";
import { t } from "./lang";
import { BASE } from "./routes";
import { signIn } from "./session";

/**
 * Sign-in by the issuer's page: authorization code with PKCE (RFC 7636). The verifier and the state
 * stay in this tab; the service exchanges the code, since pages may speak to nobody else.
 */

export type Oidc = NonNullable<Schema["Ways"]["oidc"]>;
interface Begun {
  verifier: string;
  state: string;
  redirect_uri: string;
}
const STORED = "geomujun.oidc";

/** Where the issuer sends people back to. */
export const back = (): string => `${location.origin}${BASE}/sign-in`;

/** Bytes as base64url without padding. */
export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** The challenge of a verifier, as the issuer checks it. */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

/** Why this page cannot send anybody to the issuer; "" where it can. */
export function hindrance(way: Oidc): string {
  if (!window.isSecureContext)
    return t("统一登录需要用 https 打开本页", "sign-in by OIDC needs this page over https");
  if (!way.redirect_uris.includes(back()))
    return t(
      "本页的网址 {u} 不在允许之列，请联系管理员",
      "{u} is not among the allowed addresses; ask the administrator",
      { u: back() },
    );
  return "";
}

/** The address of the issuer's page for one attempt. */
export async function addressOf(way: Oidc, begun: Begun): Promise<string> {
  const address = new URL(way.authorize);
  const asked = {
    response_type: way.response_type,
    client_id: way.client_id,
    scope: way.scope,
    redirect_uri: begun.redirect_uri,
    state: begun.state,
    code_challenge: await challengeOf(begun.verifier),
    code_challenge_method: way.code_challenge_method,
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return address.href;
}

/** Leave for the issuer's page. */
export async function leave(way: Oidc): Promise<void> {
  const begun = { verifier: random(), state: random(), redirect_uri: back() };
  sessionStorage.setItem(STORED, JSON.stringify(begun));
  location.assign(await addressOf(way, begun));
}

/** What the issuer sent back in the address, which then holds it no more; null where it is plain. */
export function returned(): URLSearchParams | null {
  const told = new URLSearchParams(location.search);
  if (!told.has("code") && !told.has("error")) return null;
  history.replaceState(history.state, "", location.pathname);
  return told;
}

/** Exchange what came back, once. Raises a Problem. */
export async function arrive(told: URLSearchParams): Promise<void> {
  const stored = sessionStorage.getItem(STORED);
  sessionStorage.removeItem(STORED);
  const begun = stored ? (JSON.parse(stored) as Begun) : null;
  const code = told.get("code");
  if (!begun || told.get("state") !== begun.state)
    throw refused(
      t("这次登录不是从本页开始的，请重新登录", "this page did not begin it; sign in again"),
    );
  if (!code) throw refused(told.get("error_description") ?? told.get("error") ?? "");
  const { verifier, redirect_uri } = begun;
  const body = { code, verifier, redirect_uri };
  signIn((await data(api.POST("/v1/sign-in/oidc", { body }))).access_token);
}

const refused = (detail: string): Problem =>
  new Problem(0, t("统一登录没有成功", "signing in failed"), detail);
