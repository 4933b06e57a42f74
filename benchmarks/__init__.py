"""Benchmarks: the engine beside its peers, on one task, in one run (`python -m benchmarks`)."""
