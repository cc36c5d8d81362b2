"""What whoever runs ELMWeb needs: figures, the System page, backup, retention, moving house."""
