"""Rotation functions, and what runs them."""
