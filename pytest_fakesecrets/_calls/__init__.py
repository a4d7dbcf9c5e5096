"""One call from its arrival to its answer: log, faults and hooks."""
