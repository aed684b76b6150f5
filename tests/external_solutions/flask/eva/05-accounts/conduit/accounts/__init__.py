"""Users, who sign up, in and out."""
