"""The experiment: what fine-tuning, a language model and the archive are each worth."""
