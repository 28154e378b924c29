"""The sandbox's search: finding the people who match a filter map, and scoring them.

Also filters for a job description, and autocomplete for filter values.
"""
