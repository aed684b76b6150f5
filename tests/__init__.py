"""Tests of starterkit. Each mirrors the module of src/ that it is named after."""
