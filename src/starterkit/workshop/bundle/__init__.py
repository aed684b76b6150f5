"""`workshop bundle`: builds a folder with all packages for a workshop without internet."""
