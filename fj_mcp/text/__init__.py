"""Clean, compare and parse untrusted text and JSON.

Pure functions over strings and JSON values, whatever their source.
"""
