import { useState } from "preact/hooks";
import { useAct } from "../../api/act";
import { api, data, type Schema } from "../../api/client";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Refused } from "../../parts/page";

type Chain = Schema["Chain"];

/** Walk the chain of the log, and say plainly what was found. */
export function Verify() {
  const { busy, problem, run } = useAct();
  const [found, setFound] = useState<Chain | null>(null);
  const walk = async (): Promise<void> => setFound(await data(api.GET("/v1/audit/verify")));
  return (
    <section class="panel verify" aria-label={t("核对", "Check")}>
      <div>
        <p>
          {t(
            "每条记录都含有前一条的摘要；改动、插入或从中间删去任何一条，从那里起就对不上。",
            "Every entry holds the digest of the one before; where one was changed, put in or taken out between others, the chain breaks.",
          )}
        </p>
        <button type="button" class="main" disabled={busy} onClick={() => void run(walk)}>
          {busy ? t("核对中……", "Checking …") : t("核对整个审计链", "Check the whole chain")}
        </button>
      </div>
      {problem && <Refused problem={problem} />}
      {found && <Verdict chain={found} />}
    </section>
  );
}

function Verdict(given: { chain: Chain }) {
  const { chain } = given;
  if (chain.whole)
    return (
      <div class="good-note" role="status">
        <strong>{t("✓ 完整", "✓ Whole")}</strong>{" "}
        {t("{n} 条记录逐条相扣。", "{n} entries, each follows from the one before.", {
          n: num(chain.rows),
        })}
        <div class="small">
          {t(
            "最后一条的摘要（可抄存，供日后核对）：",
            "Last digest, to be noted and compared later:",
          )}{" "}
          <span class="mono">{chain.last}</span>
        </div>
      </div>
    );
  return (
    <div class="refused" role="alert">
      <strong>
        {t("✗ 第 {n} 条对不上", "✗ Broken at entry {n}", { n: chain.broken_at ?? "?" })}
      </strong>{" "}
      {t(
        "这一条或它之前的记录被改动过。请停止使用，保留数据库现状，与备份逐条比对，并报告安全负责人。",
        "This entry, or one before it, was changed. Stop, keep the database as it is, compare with a backup, and report it.",
      )}
    </div>
  );
}
