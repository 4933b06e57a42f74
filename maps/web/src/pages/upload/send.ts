import { signal } from "@preact/signals";
import { api, data, headers, Problem, problemOf, type Schema } from "../../api/client";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { isArchive } from "./choose";
import { type Packed, zip } from "./zip";

export type Told = Schema["CaseTold"];
export type Job = Schema["Job"];

const STORED = "geomujun.case";

/** How far a case is: packed, sent (bytes), read by the service; then its verdict. */
export type Phase =
  | { at: "choose"; problem?: Problem }
  | { at: "pack" }
  | { at: "send"; sent: number; whole: number; stop: () => void }
  | { at: "read"; stop: () => void }
  | { at: "told"; told: Told };

/** Kept while other pages are looked at; the verdict is found again after a reload too. */
export const phase = signal<Phase>({ at: "choose" });

/** Send files and tell each step by `phase`. */
export async function send(
  files: readonly Packed[],
  query: { scope: string; name: string },
): Promise<void> {
  phase.value = { at: "pack" };
  try {
    const body = isArchive(files) ? files[0]?.file : await zip(files);
    if (!body) throw tooLarge();
    const told = await post(body, query);
    sessionStorage.setItem(STORED, told.token);
    phase.value = { at: "told", told };
  } catch (e) {
    // What cannot be read here is a file that was moved, or that the reader may not open.
    phase.value = { at: "choose", problem: e instanceof DOMException ? unread() : asProblem(e) };
  }
}

const tooLarge = (): Problem =>
  new Problem(413, t("文件太多或太大", "too much at once"), t("请分批上传", "send it in parts"));
const unread = (): Problem =>
  new Problem(
    0,
    t("浏览器读不出文件", "the browser cannot read a file"),
    t("文件可能已移动或正被占用，请重新选择", "it may have moved or be in use; choose again"),
  );

function post(body: Blob, query: { scope: string; name: string }): Promise<Told> {
  const address = `/v1/cases?${new URLSearchParams(query).toString()}`;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far a body is sent
    const stop = (): void => request.abort();
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/zip");
    request.responseType = "json";
    request.upload.onprogress = (e) => {
      phase.value = { at: "send", sent: e.loaded, whole: e.total, stop };
    };
    request.upload.onload = () => {
      phase.value = { at: "read", stop };
    };
    request.onload = () =>
      request.status === 201
        ? resolve(request.response as Told)
        : reject(problemOf(request.status, request.response));
    request.onerror = () =>
      reject(new Problem(0, t("连不上服务，或上传中断", "the service broke off"), ""));
    request.onabort = () => reject(new Problem(0, t("已停止上传", "sending was stopped"), ""));
    phase.value = { at: "send", sent: 0, whole: body.size, stop };
    request.send(body);
  });
}

/** The verdict that was there before the page was loaded again, where it still waits. */
export async function again(): Promise<void> {
  const token = sessionStorage.getItem(STORED);
  const untouched = (): boolean =>
    phase.peek().at === "choose" && sessionStorage.getItem(STORED) === token;
  if (!token || !untouched()) return;
  try {
    const told = await data(api.GET("/v1/cases/{token}", { params: { path: { token } } }));
    if (untouched()) phase.value = { at: "told", told };
  } catch (e) {
    asProblem(e); // it was loaded, thrown away, or its time is over
    if (untouched()) leave();
  }
}

/** Back to choosing. */
export function leave(): void {
  sessionStorage.removeItem(STORED);
  phase.value = { at: "choose" };
}

export async function throwAway(token: string): Promise<void> {
  await data(api.DELETE("/v1/cases/{token}", { params: { path: { token } } }));
  leave();
}
