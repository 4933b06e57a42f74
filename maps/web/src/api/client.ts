import createClient, { type Middleware } from "openapi-fetch";
import { lang, t } from "../lang";
import { signOut, token } from "../session";
import type { components, paths } from "./schema";

export type Schema = components["schemas"];

/** What the service said when it refused (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly { where?: string; what?: string }[] = [],
    readonly requestId = "",
  ) {
    super(detail || title);
  }
}

const signed: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
    return request;
  },
  onResponse({ request, response }) {
    // A key that ended signs out; the late answer to a key that was changed since does not.
    const asked = request.headers.get("Authorization");
    if (response.status === 401 && token.peek() && asked === `Bearer ${token.peek()}`) signOut();
    return undefined;
  },
  onError: () => unreachable(),
};

/** The headers of every request, those of tiles too. */
export function headers(): Record<string, string> {
  const given: Record<string, string> = { "Accept-Language": lang.value };
  if (token.value) given.Authorization = `Bearer ${token.value}`;
  return given;
}

const unreachable = (): Problem =>
  new Problem(
    0,
    t("连不上服务", "the service cannot be reached"),
    t("请检查网络后重试", "check the network and try again"),
  );

/** The service, each route with its types; `await data(api.GET(…))` is the answer or a Problem. */
export const api = createClient<paths>({ baseUrl: location.origin });
api.use(signed);

/** The body of an answer. Raises a Problem where the service refused. */
export async function data<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data: found, error, response } = await asked;
  if (response.ok) return found as T;
  throw problemOf(response.status, error);
}

/** The problem that an answer's body tells. */
export function problemOf(status: number, body: unknown): Problem {
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string): string =>
    typeof told[name] === "string" ? (told[name] as string) : "";
  const errors = Array.isArray(told.errors)
    ? (told.errors as { where?: string; what?: string }[])
    : [];
  return new Problem(
    status,
    text("title") || String(status),
    text("detail"),
    errors,
    text("request_id"),
  );
}
