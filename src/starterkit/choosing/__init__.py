"""Which framework fits a person: questions, what the answers add up to, and advice in words."""
