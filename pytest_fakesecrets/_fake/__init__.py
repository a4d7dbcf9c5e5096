"""What the author of a test holds."""
