"""The sandbox's search: which people fit some filters, and how well.

Suggesting filters for a job description and completing a filter's values belong here as well.
"""
