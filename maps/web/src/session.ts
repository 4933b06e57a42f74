import { signal } from "@preact/signals";

const STORED = "geomujun.token";

/**
 * The key or access token of this tab, or "" for the public. It lives as long as the tab does and is
 * sent in a header only: no cookie, so no other site can act for its owner.
 */
export const token = signal<string>(sessionStorage.getItem(STORED) ?? "");

export function signIn(given: string): void {
  sessionStorage.setItem(STORED, given);
  token.value = given;
}

export function signOut(): void {
  sessionStorage.removeItem(STORED);
  token.value = "";
}
