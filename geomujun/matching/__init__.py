"""Matching: who uses which parcel. Identity of codes → candidates → evidence in bits → probability → bands."""
