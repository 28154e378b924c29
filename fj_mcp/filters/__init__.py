"""The search filters: one declaration for each, from which everything else follows.

Names, types, vocabularies, the schema that the model reads, and the conversion to and from the
API's filter map. Nothing here sends a request.
"""
