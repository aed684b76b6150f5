"""The `workshop` commands, for an instructor who guides many people along a path.

They create repositories, collect and grade the work, show its status, and bring fixes of the path to the people.
"""
