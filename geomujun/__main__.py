"""`python -m geomujun`: the same as the command `geomujun`."""

from geomujun.cli.main import run

run()
