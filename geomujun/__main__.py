"""`python -m geomujun`: the command line where the script `geomujun` is not on the PATH."""

from geomujun.cli.main import run

run()
