"""What every folder of tests may ask for: a PostGIS and a Chromium, one of each a session."""

from chromium import browser, drawing, playing
from postgis_fixtures import (
    blank,
    cluster,
    county,
    county_template,
    database,
    empty_template,
    home,
    town,
    town_template,
)

__all__ = [
    "blank",
    "browser",
    "cluster",
    "county",
    "county_template",
    "database",
    "drawing",
    "empty_template",
    "home",
    "playing",
    "town",
    "town_template",
]
