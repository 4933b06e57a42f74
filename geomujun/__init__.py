"""geomujun: 地企对应, the area ledger, and the evaluations that rest on it."""

__version__ = "0.1.0"
