import type { paths } from "../api/schema";

type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type ParcelCard = Answer<"/v1/cards/parcels/{parcel_code}">;
export type FirmCard = Answer<"/v1/cards/enterprises/{uscc}">;
export type Link = ParcelCard["links"][number];
export type Finding = ParcelCard["cross_check"][number];
export type Source = ParcelCard["sources"][number];
export type Past = ParcelCard["history"][number];
export type Cohort = NonNullable<FirmCard["cohort"]>;
export type Stake = FirmCard["grade_stakes"][number];
