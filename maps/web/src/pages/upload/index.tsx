import { useEffect, useState } from "preact/hooks";
import { t } from "../../lang";
import { Page } from "../../parts/page";
import { Choose, Going } from "./choosing";
import { Jobs } from "./jobs";
import { Run } from "./run";
import { again, type Job, phase } from "./send";
import { Verdict } from "./verdict";
import "./upload.css";

/** From a folder of files to an edition: sent, looked at, stored, run. Nothing is stored unasked. */
export default function Upload() {
  return (
    <Page title={t("上传与运行", "Upload and run")}>
      <Way />
    </Page>
  );
}

function Way() {
  const [job, setJob] = useState<Job | null>(null);
  const now = phase.value;
  useEffect(() => {
    void again();
  }, []);
  return (
    <>
      <ol class="way" aria-label={t("步骤", "Steps")}>
        {steps().map((text, n) => (
          <li key={text} aria-current={n === STEP[now.at] ? "step" : undefined}>
            {text}
          </li>
        ))}
      </ol>
      {now.at === "choose" && <Choose problem={now.problem} />}
      {(now.at === "pack" || now.at === "send" || now.at === "read") && <Going phase={now} />}
      {now.at === "told" && <Verdict told={now.told} started={setJob} />}
      <Run started={setJob} />
      <Jobs newest={job} />
    </>
  );
}

const STEP: Record<string, number> = { choose: 0, pack: 0, send: 0, read: 1, told: 1 };
const steps = (): string[] => [
  t("1 选择文件", "1 Choose files"),
  t("2 看结论（还没有入库）", "2 See the verdict (nothing is stored)"),
  t("3 入库或放弃", "3 Store it or throw it away"),
  t("4 运行，生成草稿", "4 Run: a draft edition"),
];
