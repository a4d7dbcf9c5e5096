"""What the plugin is composed of."""
