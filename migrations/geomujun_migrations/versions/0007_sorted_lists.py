"""Indexes in the order lists are sorted by, and by what cards find source rows.

Revision 0007, after 0006; written by alembic from `geomujun.storage.schema`.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_plots_by_area_m2", "plots", ["edition", "area_m2", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_plots_by_tax_per_mu", "plots", ["edition", "tax_per_mu", "parcel_code"], unique=False, schema="pub")
    op.create_index("ix_firms_by_occupied_mu", "firms", ["edition", "occupied_mu", "uscc"], unique=False, schema="pub")
    op.create_index("ix_firms_by_score", "firms", ["edition", "score", "uscc"], unique=False, schema="pub")
    op.create_index("ix_links_by_area_m2", "links", ["edition", "area_m2", "row_no"], unique=False, schema="pub")
    op.create_index("ix_links_by_probability", "links", ["edition", "probability", "row_no"], unique=False, schema="pub")
    op.create_index("ix_low_efficiency_by_area_mu", "low_efficiency", ["edition", "area_mu", "row_no"], unique=False, schema="pub")
    op.create_index("ix_buildings_parcel_code", "buildings", ["parcel_code"], unique=False, schema="core")
    op.create_index("ix_leases_contract_no", "leases", ["contract_no"], unique=False, schema="core")
    op.create_index("ix_patches_patch_code", "patches", ["patch_code"], unique=False, schema="core")


def downgrade() -> None:
    op.drop_index("ix_patches_patch_code", table_name="patches", schema="core")
    op.drop_index("ix_leases_contract_no", table_name="leases", schema="core")
    op.drop_index("ix_buildings_parcel_code", table_name="buildings", schema="core")
    op.drop_index("ix_low_efficiency_by_area_mu", table_name="low_efficiency", schema="pub")
    op.drop_index("ix_links_by_probability", table_name="links", schema="pub")
    op.drop_index("ix_links_by_area_m2", table_name="links", schema="pub")
    op.drop_index("ix_firms_by_score", table_name="firms", schema="pub")
    op.drop_index("ix_firms_by_occupied_mu", table_name="firms", schema="pub")
    op.drop_index("ix_plots_by_tax_per_mu", table_name="plots", schema="pub")
    op.drop_index("ix_plots_by_area_m2", table_name="plots", schema="pub")
