"""Questions to AWS: plain boto3 tests whose answers are recorded."""
