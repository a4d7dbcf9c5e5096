"""Principals, and the language of policies."""
