"""The same calls over HTTP: for other processes, other languages, and the local agent's clients."""
