"""Run git commands, and read and write git repositories. Other packages don't call git."""
