"""Print the OpenAPI of the service; needs no database."""

from __future__ import annotations

import json

from geomujun_api import ServiceSettings, create_app

from geomujun.storage.target import Target

app = create_app(ServiceSettings(target=Target("", "none")))
print(json.dumps(app.openapi(), ensure_ascii=False, indent=1))
