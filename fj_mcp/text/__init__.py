"""Text and JSON that others wrote: cleaned, compared, and read without trust in its shape.

Pure functions over strings and JSON values. Nothing here knows where a text came from.
"""
