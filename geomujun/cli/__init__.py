"""Commands: parse, call one pipeline function, print. A file per command group."""
