"""This file explains what comes later."""
