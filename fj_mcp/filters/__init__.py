"""The search filters: each declared once, with everything else derived from the declaration.

Names, types, vocabularies, the schema that the model reads, and the conversion to and from the
API's filter map. Nothing here sends a request.
"""
