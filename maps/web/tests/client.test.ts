import { expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.stubGlobal("sessionStorage", {
  getItem: () => null,
  setItem: () => undefined,
  removeItem: () => undefined,
});
vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("location", { origin: "http://here", search: "" });
const answers: ((answer: Response) => void)[] = [];
vi.stubGlobal("fetch", () => new Promise<Response>((answer) => answers.push(answer)));
const { api, data } = await import("../src/api/client");
const { signIn, token } = await import("../src/session");

const refusal = (): Response => new Response("{}", { status: 401 });
const asking = (): Promise<unknown> => data(api.GET("/v1/me")).catch((e: unknown) => e);

test("a key that ended signs out, the late answer to an earlier key does not", async () => {
  signIn("first");
  const early = asking();
  await vi.waitUntil(() => answers.length === 1);
  signIn("second");
  answers[0]?.(refusal());
  await early;
  expect(token.value).toBe("second");
  const late = asking();
  await vi.waitUntil(() => answers.length === 2);
  answers[1]?.(refusal());
  await late;
  expect(token.value).toBe("");
});
