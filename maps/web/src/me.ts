import { computed, effect, signal } from "@preact/signals";
import { api, data, type Schema } from "./api/client";
import { asProblem } from "./api/use";
import { token } from "./session";

export type Me = Schema["Me"];
export type Right = "read" | "feed" | "review" | "publish" | "audit" | "keys";

/** Who is at this tab as the service sees them; null until it answered. */
export const me = signal<Me | null>(null);
/** Why it is not known who is at this tab, where the service refused to tell. */
export const unknown = signal<string>("");

/** Whether the reader may do a thing; the service decides again at each request. */
export const may = (right: Right): boolean => me.value?.rights.includes(right) ?? false;

export const signedIn = computed(() => token.value !== "");

/** Ask who this is, now and at each change of the key. */
export function watchMe(): void {
  effect(() => {
    const asked = token.value;
    data(api.GET("/v1/me"))
      .then((found) => {
        if (asked !== token.peek()) return; // overtaken by another key
        me.value = found;
        if (asked) unknown.value = ""; // why a key was refused stays when the public is told
      })
      .catch((e: unknown) => {
        if (asked === token.peek()) me.value = null;
        else if (token.peek()) return; // overtaken by another key
        unknown.value = asProblem(e).message;
      });
  });
}
