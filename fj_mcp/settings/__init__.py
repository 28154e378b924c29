"""The settings, and the files that they are read from.

Only this package reads the environment. Nothing here uses the network or writes a file.
"""
