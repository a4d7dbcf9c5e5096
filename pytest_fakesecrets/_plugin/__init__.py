"""What the plugin does apart from giving fixtures."""
