"""What results look like on the screen, and as JSON: two renderings of the same object."""
