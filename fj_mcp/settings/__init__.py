"""The settings, and the files that they are read from.

The only reader of the environment. Nothing here reaches the network or writes a file.
"""
