import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/client";
import { t } from "../../lang";
import { me } from "../../me";
import { num } from "../../numbers";
import { Refused } from "../../parts/page";
import { bytes, chosen, dropped, nameOf } from "./choose";
import { type Phase, send } from "./send";
import type { Packed } from "./zip";

/** Choose a folder, an archive or files, and for which division they are. */
export function Choose(given: { problem: Problem | undefined }) {
  const [files, setFiles] = useState<Packed[]>([]);
  const [name, setName] = useState("");
  const own = (me.value?.divisions ?? []).map((d) => d.code).filter(Boolean);
  const [scope, setScope] = useState(own[0] ?? "");
  const take = (some: Packed[]): void => {
    setFiles(some);
    setName(nameOf(some));
  };
  return (
    <form
      class="panel choose"
      onSubmit={(e) => {
        e.preventDefault();
        void send(files, { scope, name: name.trim() || "case" });
      }}
    >
      {given.problem && <Refused problem={given.problem} />}
      <Pick take={take} />
      {files.length > 0 && <Picked files={files} />}
      <div class="filters">
        <label>
          <span>{t("案卷名称", "Name of the case")}</span>
          <input
            maxLength={60}
            required
            value={name}
            onInput={(e) => setName(e.currentTarget.value)}
          />
        </label>
        <Scope own={own} scope={scope} choose={setScope} />
        <button type="submit" class="main" disabled={files.length === 0}>
          {t("上传检查", "Send and check")}
        </button>
      </div>
      <p class="small">
        {t(
          "上传后先逐个文件给出结论：读了多少行、采用多少、剔除多少、为什么。此时还没有入库，可以放弃。",
          "Each file gets a verdict first: rows read, kept, rejected and why. Nothing is stored by then, and you can throw it away.",
        )}
      </p>
    </form>
  );
}

function Pick(given: { take: (files: Packed[]) => void }) {
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  // Before anybody can press it: without it the browser asks for files.
  useLayoutEffect(() => {
    if (folder.current) folder.current.webkitdirectory = true;
  }, []);
  return (
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        if (e.dataTransfer) void dropped(e.dataTransfer.items).then(given.take);
      }}
    >
      <p>
        {t(
          "把文件夹、压缩包或多个文件拖到这里，或者：",
          "Drop a folder, an archive or files here, or:",
        )}
      </p>
      <div class="actions">
        <label class="button pick">
          {t("选择文件夹", "Choose a folder")}
          <input
            ref={folder}
            class="hidden"
            type="file"
            multiple
            onChange={(e) => given.take(chosen(e.currentTarget.files ?? []))}
          />
        </label>
        <label class="button pick">
          {t("选择压缩包或多个文件", "Choose an archive or files")}
          <input
            class="hidden"
            type="file"
            multiple
            onChange={(e) => given.take(chosen(e.currentTarget.files ?? []))}
          />
        </label>
      </div>
    </div>
  );
}

function Picked(given: { files: readonly Packed[] }) {
  const { files } = given;
  const size = files.reduce((sum, f) => sum + f.file.size, 0);
  return (
    <details>
      <summary>
        {t("已选 {n} 个文件，{s}", "{n} files, {s}", { n: num(files.length), s: bytes(size) })}
      </summary>
      <ul class="picked">
        {files.slice(0, 300).map((f) => (
          <li key={f.path}>
            <span class="mono">{f.path}</span> <span class="small">{bytes(f.file.size)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Scope(given: { own: string[]; scope: string; choose: (scope: string) => void }) {
  const { own, scope, choose } = given;
  if (own.length > 0)
    return (
      <label>
        <span>{t("替换哪个辖区的数据", "Whose data it replaces")}</span>
        <select value={scope} onChange={(e) => choose(e.currentTarget.value)}>
          {own.map((code) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </select>
      </label>
    );
  return (
    <label>
      <span>{t("替换哪个辖区的数据（空为全部）", "Whose data it replaces (empty: all)")}</span>
      <input
        inputMode="numeric"
        pattern="[0-9]{0,12}"
        maxLength={12}
        placeholder={t("全部", "all")}
        value={scope}
        onInput={(e) => choose(e.currentTarget.value.trim())}
      />
    </label>
  );
}

/** How far the sending is. */
export function Going(given: { phase: Exclude<Phase, { at: "choose" | "told" }> }) {
  const now = given.phase;
  const words = {
    pack: t("整理文件……", "Packing …"),
    send: t("上传中……", "Sending …"),
    read: t(
      "服务正在逐个文件检查，大的案卷要几分钟……",
      "The service reads file by file; a large case takes minutes …",
    ),
  };
  return (
    <section class="panel" aria-label={t("上传", "Sending")} aria-busy="true">
      <p role="status">{words[now.at]}</p>
      {now.at === "send" ? (
        <>
          <progress
            aria-label={t("已上传", "Sent")}
            max={Math.max(now.whole, 1)}
            value={now.sent}
          />{" "}
          {bytes(now.sent)} / {bytes(now.whole)}{" "}
        </>
      ) : (
        <>
          <progress aria-label={words[now.at]} />{" "}
        </>
      )}
      {now.at !== "pack" && (
        <button type="button" onClick={now.stop}>
          {t("停止", "Stop")}
        </button>
      )}
    </section>
  );
}
