"""The fictional people of the sandbox, their employers and places.

The people are the same in every process. `sandbox.matching` finds them.
"""
