"""Making a bundle: everything that a room without internet needs, in one folder."""
