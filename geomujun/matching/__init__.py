"""Matching: who uses which parcel; codes → candidates → bits → probability → bands."""
