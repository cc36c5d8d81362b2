"""The embedded mode: one process that starts, watches and stops all the others."""
