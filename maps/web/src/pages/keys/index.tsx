import { useState } from "preact/hooks";
import { t } from "../../lang";
import { Page } from "../../parts/page";
import { Tabs } from "../../parts/tabs";
import { Grants } from "./grants";
import { Keys } from "./keys";
import "./keys.css";

/** Who may come in: keys of programs and people, and roles of those who come by OIDC. */
export default function Access() {
  const [part, setPart] = useState<"keys" | "grants">("keys");
  return (
    <Page
      title={t("密钥与角色", "Keys and roles")}
      actions={
        <Tabs
          label={t("方式", "Way")}
          value={part}
          choose={setPart}
          choices={[
            ["keys", t("接口密钥", "Keys")],
            ["grants", t("统一登录用户", "OIDC users")],
          ]}
        />
      }
    >
      {part === "keys" ? <Keys /> : <Grants />}
    </Page>
  );
}
