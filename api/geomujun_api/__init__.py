"""The service: HTTP on the editions, decisions and audit that PostGIS keeps (CONTRACT §7)."""

from geomujun_api.app import create_app
from geomujun_api.settings import ServiceSettings

__all__ = ["ServiceSettings", "create_app"]
