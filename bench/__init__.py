"""What the claims of speed and size rest on: `python -m bench` measures them and prints one table.

A measure is an async function that returns rows; `__main__.py` lists them all.
"""
