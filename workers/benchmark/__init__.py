"""The mutation benchmark: how often one mutation repairs a function with known bugs."""
