"""Secrets in what tests print."""
