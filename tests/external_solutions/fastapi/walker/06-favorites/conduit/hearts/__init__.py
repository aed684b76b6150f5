"""Hearts: what readers mark as theirs, and how it is counted."""
