"""The invented people of the sandbox, their employers and places.

The people are the same in every process. How they are found is in `sandbox.matching`.
"""
