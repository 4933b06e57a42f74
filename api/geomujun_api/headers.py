"""Headers of every answer, also of one that nobody foresaw."""

from __future__ import annotations

from typing import Final

SECURITY: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
}
REQUEST_ID: Final = "X-Request-ID"
