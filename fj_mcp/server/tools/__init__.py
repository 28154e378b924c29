"""The tools, one function each. The docstring is the description that models read."""
