"""What AWS does: Secrets Manager, KMS and IAM, without any client."""
