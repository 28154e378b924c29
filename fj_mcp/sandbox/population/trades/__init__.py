"""The trades of the sandbox besides software: titles, skills, certificates, degrees, employers.

Titles and skills follow the public taxonomies O*NET and ESCO; the employers are invented.
"""
