"""The corpus of walker programs and edits that the bundled model learns from."""
