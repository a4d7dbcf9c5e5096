"""AWS JSON 1.1, in and out."""
