import type { FunctionComponent } from "preact";
import { lazy } from "preact-iso";
import { t } from "./lang";
import type { Right } from "./me";

/** Where the service serves the app. */
export const BASE = "/app";

export interface Place {
  path: string;
  label: () => string;
  needs: Right;
  page: Lazy;
  group: "see" | "work";
}

/** A page of its own file, fetched when first opened. */
type Lazy = FunctionComponent & { preload: () => Promise<unknown> };
const page = (load: () => Promise<{ default: FunctionComponent }>): Lazy => lazy(load) as Lazy;

/** The pages of the navigation, in order; one more page is one more line. */
export const PLACES: readonly Place[] = [
  {
    path: "/map",
    label: () => t("地图", "Map"),
    needs: "read",
    group: "see",
    page: page(() => import("./pages/map")),
  },
  {
    path: "/dashboard",
    label: () => t("总览", "Overview"),
    needs: "read",
    group: "see",
    page: page(() => import("./pages/dashboard")),
  },
  {
    path: "/lists",
    label: () => t("清单", "Lists"),
    needs: "read",
    group: "see",
    page: page(() => import("./pages/lists")),
  },
  {
    path: "/findings",
    label: () => t("疑点", "Findings"),
    needs: "read",
    group: "see",
    page: page(() => import("./pages/findings")),
  },
  {
    path: "/simulate",
    label: () => t("模拟", "Simulate"),
    needs: "publish",
    group: "see",
    page: page(() => import("./pages/simulate")),
  },
  {
    path: "/plan",
    label: () => t("整治", "Plan"),
    needs: "read",
    group: "see",
    page: page(() => import("./pages/plan")),
  },
  {
    path: "/review",
    label: () => t("复核", "Review"),
    needs: "review",
    group: "work",
    page: page(() => import("./pages/review")),
  },
  {
    path: "/objections",
    label: () => t("异议", "Objections"),
    needs: "review",
    group: "work",
    page: page(() => import("./pages/objections")),
  },
  {
    path: "/upload",
    label: () => t("上传", "Upload"),
    needs: "publish",
    group: "work",
    page: page(() => import("./pages/upload")),
  },
  {
    path: "/editions",
    label: () => t("发布", "Editions"),
    needs: "read",
    group: "work",
    page: page(() => import("./pages/editions")),
  },
  {
    path: "/keys",
    label: () => t("密钥", "Keys"),
    needs: "keys",
    group: "work",
    page: page(() => import("./pages/keys")),
  },
  {
    path: "/audit",
    label: () => t("审计", "Audit"),
    needs: "audit",
    group: "work",
    page: page(() => import("./pages/audit")),
  },
];

/** Pages that no navigation names. */
export const CARDS = {
  parcel: page(() => import("./pages/parcel")),
  enterprise: page(() => import("./pages/enterprise")),
  signIn: page(() => import("./pages/sign-in")),
};

/** The address of a page, a card, a filtered list. */
export function href(
  path: string,
  query: Record<string, string | number | undefined> = {},
): string {
  const given = Object.entries(query).filter(([, v]) => v !== undefined && v !== "");
  const text = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}
export const parcelHref = (code: string): string => href(`/parcels/${encodeURIComponent(code)}`);
export const enterpriseHref = (uscc: string): string =>
  href(`/enterprises/${encodeURIComponent(uscc)}`);
/** The map with a plot or an enterprise chosen. */
export const mapHref = (kind: "parcel" | "enterprise", id: string): string =>
  href("/map", { sel: `${kind}:${id}` });
