"""Benchmarks behind the claims about speed and size: `python -m bench` prints them as one table.

A benchmark is an async function that returns rows; `__main__.py` lists them all.
"""
