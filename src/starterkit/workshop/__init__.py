"""The `workshop` commands, with which an instructor guides many people along one learning path.

They create repositories, collect and grade the work, show its status, and bring fixes of the path to the people.
"""
