"""The commands for instructors, one file each."""
