"""The only place that knows the inside of botocore's clients."""
