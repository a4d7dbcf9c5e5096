"""A secret as a value: versions, staging labels, rotation, replication."""
