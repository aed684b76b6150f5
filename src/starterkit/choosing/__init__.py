"""Which framework fits a user: questions, the scores of the answers, and advice."""
