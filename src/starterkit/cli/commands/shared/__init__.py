"""Output and questions that several commands share."""
