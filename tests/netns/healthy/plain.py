"""Nothing is wrong."""
